// Sees to it that what is retained is known to be seen by snapshots to come, and is forgotten.
import type { Retention } from "./retention.ts";
import type { SnapshotQueue } from "./snapshot-queue.ts";

/**
 * How much more may be retained, changes and stubs together, before a snapshot is taken to see it. Each
 * page that is opened looks through what is retained.
 */
const CONFIRM_EVERY = 2_000;
/** The stubs above which the stream waits for that. */
const HALT_ABOVE = 50_000;

export class Confirmations {
  readonly #retention: Retention;
  #confirming: Promise<void> | null = null;
  /** What was still retained after that. */
  #confirmed = 0;

  constructor(retention: Retention) {
    this.#retention = retention;
  }

  /** A snapshot has been taken, for whatever reason, and `retention` has been told of it. */
  taken(): void {
    this.#confirmed = Math.min(this.#confirmed, this.#retention.size);
  }

  /** Takes one if it is time for that; with a promise if the stream is to wait for it. */
  look(snapshots: SnapshotQueue): Promise<void> | void {
    const { size, stubs } = this.#retention;
    if (stubs < HALT_ABOVE && size - this.#confirmed < CONFIRM_EVERY) return;
    this.#confirming ??= snapshots
      .read(() => Promise.resolve())
      .catch(() => {})
      .finally(() => {
        this.#confirming = null;
        this.#confirmed = this.#retention.size;
      });
    return stubs < HALT_ABOVE ? undefined : this.#confirming;
  }
}
