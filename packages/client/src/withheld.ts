// What the log is handed where a function of the program's failed.
import type { EndReason } from "@slipstream/core";
import { SlipstreamError } from "./slipstream-error.ts";

/** What was thrown, for a logger that asks for it. It may quote a token, and is not printed with the line. */
export class Withheld {
  /** What kind of error it is. */
  readonly threw: string;
  readonly #cause: unknown;

  constructor(cause: unknown) {
    this.threw = cause instanceof Error ? cause.name : typeof cause;
    this.#cause = cause;
  }

  /** A getter, as with ConnectError's reason. */
  get cause(): unknown {
    return this.#cause;
  }
}

/** The details of a line about `reason`: the cause, where the line does not quote it. */
export function withheldCause(reason: EndReason): Withheld | undefined {
  if (reason.type !== "credentialsFailed" || reason.cause instanceof SlipstreamError) {
    return undefined;
  }
  return new Withheld(reason.cause);
}
