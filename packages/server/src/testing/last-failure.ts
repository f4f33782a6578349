// Why a callback has just crashed, which no client is told, but a test is.
import type { Logger } from "../logger.ts";
import { said } from "./errors.ts";
import { soon } from "./runtime.ts";

export interface Failure {
  /** What was thrown; undefined where nothing was. */
  readonly cause: unknown;
  /** A sentence about it. */
  readonly sentence: string;
}

/** Hears what the server logs about one connection, and hands it on. */
export class LastFailure implements Required<Pick<Logger, "error">> {
  readonly #logger: Required<Pick<Logger, "error">>;
  #last: Failure | null = null;

  constructor(logger: Required<Pick<Logger, "error">>) {
    this.#logger = logger;
  }

  error(message: string, cause?: unknown): void {
    this.#last = { cause, sentence: `${message}${said(cause)}` };
    // The server logs a failure and tells the client of its end in one go: later it is another's.
    soon(() => {
      this.#last = null;
    });
    this.#logger.error(message, cause);
  }

  /** What has failed just now. */
  get now(): Failure | null {
    return this.#last;
  }
}
