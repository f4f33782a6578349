// What does not match a channel's schema. The error says where, and quotes nothing of the value: it
// may hold a secret, and so may the words of a validator.
import type { Checked, Issue } from "@slipstream/core";
import { SlipstreamError } from "./errors.ts";
import { sayInvalid } from "./sentences.ts";

/** What was checked: what is sent with a join and what answers it, what is pushed and what answers that, what the server sends. */
export type ValidationErrorCode =
  | "invalidParams"
  | "invalidResponse"
  | "invalidPayload"
  | "invalidReply"
  | "invalidMessage";

/** A value that does not match the channel's schema. */
export class ValidationError extends SlipstreamError {
  override readonly name = "ValidationError";
  override readonly code: ValidationErrorCode;
  readonly topic: string;
  /** The event of the push or the message; undefined where a join is meant. */
  readonly event: string | undefined;
  readonly #issues: readonly Issue[];

  constructor(
    code: ValidationErrorCode,
    topic: string,
    event: string | undefined,
    { issues, cause }: Extract<Checked, { type: "invalid" }>,
  ) {
    super(sayInvalid(code, topic, event, issues), cause === undefined ? undefined : { cause });
    this.code = code;
    this.topic = topic;
    this.event = event;
    this.#issues = issues;
  }

  /**
   * What is wrong, in the validator's words. A getter, so that whoever logs the error does not log
   * them: some validators quote the value.
   */
  get issues(): readonly Issue[] {
    return this.#issues;
  }
}
