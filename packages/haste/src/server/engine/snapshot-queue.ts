// Reads that wait for a snapshot: a bounded number wait, a bounded number of snapshots is open, and
// whoever waits at the same time shares one.
import type { Snapshot, Source } from "../../source/source.ts";
import { PageError } from "../errors.ts";

export interface SnapshotLimits {
  /** Snapshots that are open at once. */
  readonly maxSnapshots: number;
  /** Reads that may wait for one. */
  readonly maxWaiting: number;
  /** Reads that share one. */
  readonly readsPerSnapshot: number;
}

interface Waiting {
  readonly read: (snapshot: Snapshot) => Promise<unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export class SnapshotQueue {
  readonly #source: Pick<Source, "snapshot">;
  readonly #limits: SnapshotLimits;
  readonly #taken: (snapshot: Snapshot) => void;
  #waiting: Waiting[] = [];
  #open = 0;
  #count = 0;
  #closed = false;

  /** @param taken - told of each snapshot when its reads are done */
  constructor(
    source: Pick<Source, "snapshot">,
    limits: SnapshotLimits,
    taken: (snapshot: Snapshot) => void,
  ) {
    this.#source = source;
    this.#limits = limits;
    this.#taken = taken;
  }

  /** Open now, waiting for one, and taken so far. */
  get stats(): { readonly open: number; readonly waiting: number; readonly taken: number } {
    return { open: this.#open, waiting: this.#waiting.length, taken: this.#count };
  }

  /**
   * Runs `read` in a snapshot that is taken after this call.
   *
   * @throws {PageError} busy: too many wait. Whatever `read` throws.
   */
  read<Result>(read: (snapshot: Snapshot) => Promise<Result>): Promise<Result> {
    if (this.#closed) return Promise.reject(new PageError("closed", "Live pages have ended here."));
    if (this.#waiting.length >= this.#limits.maxWaiting) {
      return Promise.reject(
        new PageError("busy", "Too many pages are being opened. Try again in a while."),
      );
    }
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.push({ read, resolve: resolve as (result: unknown) => void, reject });
      this.#next();
    });
  }

  /** Whoever waits is told that it has ended; reads under way finish. */
  close(): void {
    this.#closed = true;
    const error = new PageError("closed", "Live pages have ended here.");
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  #next(): void {
    if (this.#open >= this.#limits.maxSnapshots || this.#waiting.length === 0) return;
    this.#open += 1;
    // In a turn of its own, so that those who ask in this one share the snapshot.
    queueMicrotask(() => void this.#take());
  }

  async #take(): Promise<void> {
    const reads = this.#waiting.splice(0, this.#limits.readsPerSnapshot);
    if (reads.length > 0) {
      this.#count += 1;
      await this.#readAll(reads);
    }
    this.#open -= 1;
    this.#next();
  }

  /**
   * What was read counts once the snapshot has ended well, which is when its position is final: one
   * that is read at its begin can be older than a TRUNCATE that shows through.
   */
  async #readAll(reads: readonly Waiting[]): Promise<void> {
    let culprit: Waiting | null = null;
    const results: unknown[] = [];
    try {
      await this.#source.snapshot(async (snapshot) => {
        for (const each of reads) {
          culprit = each;
          results.push(await each.read(snapshot));
        }
        culprit = null;
        this.#taken(snapshot);
      });
    } catch (error) {
      this.#failed(reads, culprit, error);
      return;
    }
    for (const [at, { resolve }] of reads.entries()) resolve(results[at]);
  }

  /** One whose statement fails ends the snapshot of all, who are read anew without it. */
  #failed(reads: readonly Waiting[], culprit: Waiting | null, error: unknown): void {
    const others = culprit === null ? [] : reads.filter((each) => each !== culprit);
    for (const each of reads) if (!others.includes(each)) each.reject(error);
    if (!this.#closed) {
      this.#waiting.unshift(...others);
      return;
    }
    const closed = new PageError("closed", "Live pages have ended here.");
    for (const { reject } of others) reject(closed);
  }
}
