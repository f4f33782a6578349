// Numbers of transactions: the stream has the lower 32 bits, snapshots have all 64.

const HALF = 1n << 31n;
const WHOLE = 1n << 32n;

/** The number with these lower bits that is closest to `near`. */
export function fullXid(lower: number, near: bigint): bigint {
  const difference = (BigInt(lower) - (near % WHOLE) + WHOLE) % WHOLE;
  const xid = near + (difference < HALF ? difference : difference - WHOLE);
  return xid < 0n ? xid + WHOLE : xid;
}

/** Which transactions a snapshot sees, of those that have committed. */
export interface SeenXids {
  /** Before this, all. */
  readonly xmin: bigint;
  /** From here on, none. */
  readonly xmax: bigint;
  /** Between, all but these. */
  readonly running: ReadonlySet<bigint>;
}

/** Reads what `pg_current_snapshot()` writes: `10:20:10,14,15`. */
export function parseSnapshot(text: string): SeenXids {
  const [xmin = "0", xmax = "0", running = ""] = text.split(":");
  return {
    xmin: BigInt(xmin),
    xmax: BigInt(xmax),
    running: new Set(running === "" ? [] : running.split(",").map(BigInt)),
  };
}

export function sees({ xmin, xmax, running }: SeenXids, xid: bigint): boolean {
  return xid < xmin || (xid < xmax && !running.has(xid));
}
