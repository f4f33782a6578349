// What all errors of this package have in common. Apart from them, so that sentences can tell ours
// from those of the program's own functions.

/** An error of Slipstream's. */
export abstract class SlipstreamError extends Error {
  abstract readonly code: string;

  /** @param reason what led to it, whose cause is its cause. */
  constructor(message: string, reason?: object | null) {
    const cause = reason && "cause" in reason ? reason.cause : undefined;
    super(message, cause === undefined ? undefined : { cause });
  }
}
