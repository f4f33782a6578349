// Warns of attempts to connect that fail: they are tried again in silence otherwise, and a URL that
// can never work looks like a program that hangs. Keeps why the last one failed, for whoever gives up.
import type { EndReason, SessionStateOf } from "@slipstream/core";
import type { Logger } from "./logger.ts";
import { sayRetrying, withheldCause } from "./sentences.ts";

/**
 * Warns once for each series of attempts: of the first that did not open, or that opened and was lost
 * again within seconds. A connection that was stable and is lost is no failed attempt; what is tried
 * next may be.
 */
export class RetryWarning {
  readonly #place: string;
  readonly #logger: Required<Logger>;
  /** Why the last attempt failed; null if the last one has opened. */
  last: EndReason | null = null;
  #opened = 0;
  #warned = false;

  constructor(place: string, logger: Required<Logger>) {
    this.#place = place;
    this.#logger = logger;
  }

  /** @param opened how many connections have been opened so far. */
  see({ attempt, cause, delay }: SessionStateOf<"waiting">, opened: number): void {
    if (attempt === 1) this.#warned = false;
    const failed = opened === this.#opened || attempt > 1;
    this.last = cause;
    this.#opened = opened;
    if (this.#warned || !failed) return;
    this.#warned = true;
    this.#logger.warn(sayRetrying(this.#place, cause, delay), withheldCause(cause));
  }
}
