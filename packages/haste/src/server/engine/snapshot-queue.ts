// Reads that wait for a snapshot: a bounded number wait, a bounded number of snapshots is open, and
// whoever waits for the same at the same time shares one. What some wait for, as behind a lock, keeps
// no others waiting: those who ask for something else have their turn, and a snapshot that is left.
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

/** Those who wait for the same, and the snapshots that are open for them. */
interface Lane {
  waiting: Waiting[];
  open: number;
}

export class SnapshotQueue {
  readonly #source: Pick<Source, "snapshot">;
  readonly #limits: SnapshotLimits;
  readonly #taken: (snapshot: Snapshot) => void;
  /** By what is read; whose turn it is comes first. */
  readonly #lanes = new Map<string, Lane>();
  #waiting = 0;
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
    return { open: this.#open, waiting: this.#waiting, taken: this.#count };
  }

  /**
   * Runs `read` in a snapshot that is taken after this call.
   *
   * @param of - what is read: the same for whatever may have to wait for the same lock
   * @throws {PageError} busy: too many wait. Whatever `read` throws.
   */
  read<Result>(read: (snapshot: Snapshot) => Promise<Result>, of = ""): Promise<Result> {
    if (this.#closed) return Promise.reject(new PageError("closed", "Live pages have ended here."));
    if (this.#waiting >= this.#limits.maxWaiting) {
      return Promise.reject(
        new PageError("busy", "Too many pages are being opened. Try again in a while."),
      );
    }
    return new Promise<Result>((resolve, reject) => {
      const lane = this.#lanes.get(of) ?? { waiting: [], open: 0 };
      this.#lanes.set(of, lane);
      lane.waiting.push({ read, resolve: resolve as (result: unknown) => void, reject });
      this.#waiting += 1;
      this.#next();
    });
  }

  /** Whoever waits is told that it has ended; reads under way finish. */
  close(): void {
    this.#closed = true;
    const error = new PageError("closed", "Live pages have ended here.");
    for (const { waiting } of this.#lanes.values()) {
      for (const { reject } of waiting.splice(0)) reject(error);
    }
    this.#waiting = 0;
  }

  #next(): void {
    const { maxSnapshots } = this.#limits;
    if (this.#open >= maxSnapshots || this.#waiting === 0) return;
    for (const [of, lane] of this.#lanes) {
      if (lane.waiting.length === 0 || lane.open >= Math.max(1, maxSnapshots - 1)) continue;
      this.#open += 1;
      lane.open += 1;
      this.#lanes.delete(of);
      this.#lanes.set(of, lane);
      // In a turn of its own, so that those who ask in this one share the snapshot.
      queueMicrotask(() => void this.#take(of, lane));
      return;
    }
  }

  async #take(of: string, lane: Lane): Promise<void> {
    const reads = lane.waiting.splice(0, this.#limits.readsPerSnapshot);
    this.#waiting -= reads.length;
    if (reads.length > 0) {
      this.#count += 1;
      await this.#readAll(reads, lane);
    }
    this.#open -= 1;
    lane.open -= 1;
    if (lane.open === 0 && lane.waiting.length === 0) this.#lanes.delete(of);
    this.#next();
  }

  /**
   * What was read counts once the snapshot has ended well, which is when its position is final: one
   * that is read at its begin can be older than a TRUNCATE that shows through.
   */
  async #readAll(reads: readonly Waiting[], lane: Lane): Promise<void> {
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
      this.#failed(reads, lane, { culprit, error });
      return;
    }
    for (const [at, { resolve }] of reads.entries()) resolve(results[at]);
  }

  /** One whose statement fails ends the snapshot of all, who are read anew without it. */
  #failed(
    reads: readonly Waiting[],
    lane: Lane,
    { culprit, error }: { readonly culprit: Waiting | null; readonly error: unknown },
  ): void {
    const others = culprit === null ? [] : reads.filter((each) => each !== culprit);
    for (const each of reads) if (!others.includes(each)) each.reject(error);
    if (!this.#closed) {
      lane.waiting.unshift(...others);
      this.#waiting += others.length;
      return;
    }
    const closed = new PageError("closed", "Live pages have ended here.");
    for (const { reject } of others) reject(closed);
  }
}
