// Which transactions have been delivered of late, and who waits for one to be.
import type { Transaction } from "../../source/source.ts";

/** The lower 32 bits: all that some sources know of a transaction's id. */
function short(xid: bigint): number {
  return Number(xid & 0xffff_ffffn);
}

export class RecentTransactions {
  readonly #limit: number;
  readonly #positions = new Map<number, bigint>();
  readonly #waiting = new Map<number, Set<(position: bigint | null) => void>>();
  #isOver = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add({ xid, position }: Transaction): void {
    const key = short(xid);
    this.#positions.delete(key);
    this.#positions.set(key, position);
    if (this.#positions.size <= this.#limit) return;
    const [oldest] = this.#positions.keys();
    if (oldest !== undefined) this.#positions.delete(oldest);
  }

  /** Whoever waits for it is told. */
  delivered({ xid, position }: Transaction): void {
    const waiting = this.#waiting.get(short(xid));
    if (waiting === undefined) return;
    this.#waiting.delete(short(xid));
    for (const resolve of waiting) resolve(position);
  }

  /** Where a transaction stood, if it was delivered lately. */
  position(xid: bigint): bigint | undefined {
    return this.#positions.get(short(xid));
  }

  /** Positions are of another history now. */
  clear(): void {
    this.#positions.clear();
  }

  /** Nobody waits any more: whoever does, or comes later, gets null. */
  end(): void {
    this.#isOver = true;
    for (const waiting of this.#waiting.values()) for (const resolve of waiting) resolve(null);
    this.#waiting.clear();
  }

  /** Resolves when it is delivered; null when `patience` ms have passed. */
  wait(xid: bigint, patience: number): Promise<bigint | null> {
    if (this.#isOver) return Promise.resolve(null);
    const key = short(xid);
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(key) ?? new Set();
      this.#waiting.set(key, waiting);
      const timer = setTimeout(() => {
        waiting.delete(told);
        if (waiting.size === 0 && this.#waiting.get(key) === waiting) this.#waiting.delete(key);
        resolve(null);
      }, patience);
      const told = (position: bigint | null): void => {
        clearTimeout(timer);
        resolve(position);
      };
      waiting.add(told);
    });
  }
}
