// A push of a test's client, and what is expected of its reply.
import type { Mailbox, Pattern } from "@slipstream/core/expectations";
import { aReply, type Heard } from "./heard.ts";
import type { AssertOptions, RefuteOptions, TestLine } from "./test-line.ts";

/** Made by `TestChannel.push`. @typeParam R The response of a reply "ok". */
export class TestPush<R = unknown> {
  /** What the reply carries. */
  readonly ref: string;
  readonly #what: string;
  readonly #line: TestLine;
  readonly #heard: Mailbox<Heard>;

  /** @internal */
  constructor(ref: string, what: string, line: TestLine, heard: Mailbox<Heard>) {
    this.ref = ref;
    this.#what = what;
    this.#line = line;
    this.#heard = heard;
  }

  /**
   * The push is replied to with this status and a response that fits. Resolves with the response.
   *
   * @throws {ExpectationError} (by rejection) `missing`.
   * @example
   * ```ts
   * const { id } = await room.push("new_msg", { body: "hi" }).assertReply("ok");
   * await room.push("new_msg", { body: "" }).assertReply("error", { reason: "empty" });
   * ```
   */
  assertReply(status: "ok", response?: Pattern, options?: AssertOptions): Promise<R>;
  assertReply(status?: Pattern, response?: Pattern, options?: AssertOptions): Promise<unknown>;
  async assertReply(
    status?: Pattern,
    response?: Pattern,
    { timeout }: AssertOptions = {},
  ): Promise<unknown> {
    const expected = aReply(this.ref, this.#what, status, response);
    return (await this.#heard.take(expected, timeout ?? this.#line.timeout)).response;
  }

  /** By the time the server is at rest, or `within` has passed, there is no such reply. */
  async refuteReply(
    status?: Pattern,
    response?: Pattern,
    options: RefuteOptions = {},
  ): Promise<void> {
    await this.#line.pass(options);
    this.#heard.refute(aReply(this.ref, this.#what, status, response));
  }
}
