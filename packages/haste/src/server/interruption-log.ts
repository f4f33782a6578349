// What a log says while changes do not come: each cause once, however often it is tried again.
import type { Log } from "./log.ts";

/** Causes that are told of one interruption. */
const MOST = 5;

export class InterruptionLog {
  readonly #log: Log;
  readonly #told = new Set<string>();

  constructor(log: Log) {
    this.#log = log;
  }

  interrupted(error: Error): void {
    if (this.#told.size >= MOST || this.#told.has(error.message)) return;
    this.#told.add(error.message);
    this.#log.error(
      "Changes of the database do not come; pages are stale until they do. It is tried again.",
      error,
    );
  }

  resumed(): void {
    if (this.#told.size === 0) return;
    this.#told.clear();
    this.#log.warn("Changes of the database come again.");
  }
}
