// What a kit throws where an expectation of a test was not met.

/**
 * "missing": it did not happen in time, or cannot any more. "unwanted": it happened and should not have.
 * "forgotten": whether it happened cannot be said, since more came than is kept for whoever asks.
 */
export type ExpectationErrorCode = "missing" | "unwanted" | "forgotten";

/** What is tested did not do what the test said. The message prints what it did instead. */
export class ExpectationError extends Error {
  override readonly name = "ExpectationError";
  readonly code: ExpectationErrorCode;

  constructor(code: ExpectationErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
