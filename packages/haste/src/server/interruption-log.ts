// What a log says while changes do not come: each cause once, however often it is tried again.
import type { Logger } from "@slipstream/server";

/** Causes that are told of one interruption. */
const MOST = 5;

export class InterruptionLog {
  readonly #logger: Pick<Logger, "error" | "warn">;
  readonly #told = new Set<string>();

  constructor(logger: Pick<Logger, "error" | "warn">) {
    this.#logger = logger;
  }

  interrupted(error: Error): void {
    if (this.#told.size >= MOST || this.#told.has(error.message)) return;
    this.#told.add(error.message);
    this.#logger.error?.(
      "Changes of the database do not come; pages are stale until they do. It is tried again.",
      error,
    );
  }

  resumed(): void {
    if (this.#told.size === 0) return;
    this.#told.clear();
    this.#logger.warn?.("Changes of the database come again.");
  }
}
