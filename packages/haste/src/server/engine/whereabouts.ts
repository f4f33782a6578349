// Where single transactions are: in the stream, in what snapshots see, or under way.
import { setTimeout as sleep } from "node:timers/promises";
import type { EngineLimits } from "./engine-limits.ts";
import type { RecentTransactions } from "./recent-transactions.ts";
import type { Retention } from "./retention.ts";
import type { Snapshot, Source } from "../../source/source.ts";
import type { SnapshotQueue } from "./snapshot-queue.ts";
import type { Version } from "./version.ts";

/** The pause between two looks at whether a transaction has become visible, ms. */
const VISIBLE_PAUSE = 20;

const FINISHED = `SELECT pg_visible_in_snapshot($1::text::xid8, pg_current_snapshot())`;

/** What is needed of the engine. */
export interface WhereaboutsHost {
  readonly source: Pick<Source, "snapshot">;
  readonly snapshots: SnapshotQueue;
  readonly recent: RecentTransactions;
  readonly retention: Retention;
  readonly limits: EngineLimits;
  readonly closing: AbortController;
  readonly version: Version;
  reaches(version: Version & Pick<Snapshot, "isOfThisStream">): Promise<boolean>;
}

export class Whereabouts {
  readonly #host: WhereaboutsHost;

  constructor(host: WhereaboutsHost) {
    this.#host = host;
  }

  /**
   * Where a transaction stands in the stream, once everything until there has been taken in. One that
   * changed nothing that is followed, or was rolled back, stands wherever the stream is.
   *
   * @returns null when so many ms have passed: it is still under way, or has never begun.
   */
  async positionOf(xid: bigint, timeout: number): Promise<bigint | null> {
    const deadline = performance.now() + timeout;
    for (let patience = 50; ; patience *= 2) {
      const known = this.#host.recent.position(xid);
      if (known !== undefined) return known;
      const finished = await this.#finished(xid);
      if (finished !== null) return finished;
      const left = deadline - performance.now();
      if (left <= 0 || this.#host.closing.signal.aborted) return null;
      const position = await this.#host.recent.wait(xid, Math.min(left, patience));
      if (position !== null) return position;
    }
  }

  /**
   * Resolves when whatever is read from now on sees all that has been delivered of these tables, or
   * when another history has begun: what was delivered of the old one may never be seen.
   */
  async caughtUp(tables: ReadonlySet<string>): Promise<void> {
    const { snapshots } = this.#host;
    await this.#sees(tables, Infinity, (look) => snapshots.read(look));
  }

  /**
   * The same, for what the stream waits for: it stands in no queue with pages, which may wait for what
   * has changed a table. Resolves with false when so many ms have passed.
   */
  catchesUp(tables: ReadonlySet<string>, timeout: number): Promise<boolean> {
    const { source, closing } = this.#host;
    const deadline = performance.now() + timeout;
    return this.#sees(tables, deadline, (look) => source.snapshot(look, closing.signal));
  }

  /** @param deadline - resolves with false then */
  async #sees(
    tables: ReadonlySet<string>,
    deadline: number,
    snapshot: <Result>(look: (snapshot: Snapshot) => Promise<Result>) => Promise<Result>,
  ): Promise<boolean> {
    const { retention, limits, closing } = this.#host;
    const { epoch } = this.#host.version;
    if (tables.size === 0) return true;
    const delivered = retention.of(tables, {
      maxChanges: limits.maxRetainedChanges,
      maxStubs: Infinity,
    });
    if (delivered.after(-1n)?.length === 0) return true;
    for (;;) {
      const unseen = await snapshot((seen) => Promise.resolve(delivered.unseenBy(seen)));
      if (unseen?.length === 0 || this.#host.version.epoch !== epoch) return true;
      if (performance.now() > deadline) return false;
      await sleep(VISIBLE_PAUSE, undefined, { signal: closing.signal });
    }
  }

  /** Where the stream is when a snapshot sees the transaction, or sees that it came to nothing. */
  async #finished(xid: bigint): Promise<bigint | null> {
    const snapshot = await this.#host.snapshots.read(async (snapshot) => {
      const [row] = await snapshot.query(FINISHED, [`${xid}`]);
      return row?.[0]?.startsWith("t") === true ? snapshot : null;
    });
    if (snapshot === null) return null;
    return (await this.#host.reaches(snapshot)) ? snapshot.position : null;
  }
}
