// A channel from its client's seat: what the client does is done, what the server does is asserted.
import type {
  MessageEvent,
  MessagePayload,
  PushEvent,
  PushPayload,
  PushReply,
  JoinResponse,
  Untyped,
} from "@slipstream/core";
import { print, type Mailbox, type Pattern } from "@slipstream/core/expectations";
import { TestSocketError } from "./errors.ts";
import { aMessage, anEnd, aReply, type Heard, type HeardMessage } from "./heard.ts";
import type { Membership } from "./membership.ts";
import type { AssertOptions, RefuteOptions, TestLine } from "./test-line.ts";
import { TestPush } from "./test-push.ts";

/** Nothing may be left out that the channel's interface asks for. */
type Payload<P> = unknown extends P ? [payload?: unknown] : [payload: P];

/**
 * Made by `TestSocket.join`.
 * @typeParam C The channel's interface, the same as its server and its clients have.
 */
export class TestChannel<C = Untyped> {
  readonly topic: string;
  /** What the join was answered. */
  readonly response: JoinResponse<C>;
  readonly #line: TestLine;
  readonly #membership: Membership;

  /** @internal */
  constructor(line: TestLine, membership: Membership, response: unknown) {
    this.topic = membership.topic;
    this.response = response as JoinResponse<C>;
    this.#line = line;
    this.#membership = membership;
  }

  get #heard(): Mailbox<Heard> {
    return this.#membership.heard;
  }

  get #broadcasts(): Mailbox<HeardMessage> {
    return this.#membership.broadcasts;
  }

  // What the client does.

  /**
   * Pushes an event. What its handler does at once is done when this returns.
   * @throws {TestSocketError} `channelOver`, `connectionOver`.
   *
   * @example
   * ```ts
   * const push = room.push("new_msg", { body: "hi" });
   * await push.assertReply("ok", { id: 1 });
   * ```
   */
  push<E extends PushEvent<C>>(
    event: E,
    ...given: Payload<PushPayload<C, E>>
  ): TestPush<PushReply<C, E>> {
    const { topic, joinRef } = this.#live;
    const payload: unknown = given.length === 0 ? {} : given[0];
    const ref = this.#line.nextRef();
    const what = `the push ${print(event)}`;
    this.#membership.asked(ref, what);
    this.#line.send({ type: "push", topic, joinRef, ref, event, payload });
    return new TestPush(ref, what, this.#line, this.#heard);
  }

  /**
   * Leaves. Resolves when the server has confirmed it and `terminate` has returned.
   * @throws {TestSocketError} `channelOver`, `connectionOver`.
   */
  async leave({ timeout = this.#line.timeout }: AssertOptions = {}): Promise<void> {
    const { topic, joinRef } = this.#live;
    const ref = this.#line.nextRef();
    this.#membership.asked(ref, "the leave");
    this.#line.send({ type: "leave", topic, joinRef, ref, payload: {} });
    await this.#heard.take(aReply(ref, "the leave", "ok"), timeout);
    await this.#heard.take(anEnd("phx_close"), timeout);
    await this.#line.rest();
  }

  // What the server does.

  /**
   * The client is sent such an event: pushed by its channel, or broadcast. Resolves with the payload.
   *
   * @throws {ExpectationError} (by rejection) `missing`.
   * @example
   * ```ts
   * const { id } = await room.assertPush("new_msg", { body: /^hi/ });
   * ```
   */
  assertPush<E extends MessageEvent<C>>(
    event: E,
    payload?: Pattern,
    options?: AssertOptions,
  ): Promise<MessagePayload<C, E>>;
  assertPush(event?: Pattern, payload?: Pattern, options?: AssertOptions): Promise<unknown>;
  async assertPush(
    event?: Pattern,
    payload?: Pattern,
    { timeout = this.#line.timeout }: AssertOptions = {},
  ): Promise<unknown> {
    return (await this.#heard.take(aMessage("a push", event, payload), timeout)).payload;
  }

  /** By the time the server is at rest, or `within` has passed, the client was sent no such event. */
  async refutePush(event?: Pattern, payload?: Pattern, options: RefuteOptions = {}): Promise<void> {
    await this.#line.pass(options);
    this.#heard.refute(aMessage("a push", event, payload));
  }

  /**
   * Such an event is broadcast on the topic, whoever gets it: this client may be the one that
   * `broadcastFrom` leaves out, and `handleOut` may keep it to itself. Resolves with the payload.
   *
   * @throws {ExpectationError} (by rejection) `missing`.
   * @example
   * ```ts
   * await room.assertBroadcast("user_left", { user: "ann" });
   * ```
   */
  assertBroadcast<E extends MessageEvent<C>>(
    event: E,
    payload?: Pattern,
    options?: AssertOptions,
  ): Promise<MessagePayload<C, E>>;
  assertBroadcast(event?: Pattern, payload?: Pattern, options?: AssertOptions): Promise<unknown>;
  async assertBroadcast(
    event?: Pattern,
    payload?: Pattern,
    { timeout = this.#line.timeout }: AssertOptions = {},
  ): Promise<unknown> {
    return (await this.#broadcasts.take(aMessage("a broadcast", event, payload), timeout)).payload;
  }

  /** By the time the server is at rest, or `within` has passed, no such event was broadcast. */
  async refuteBroadcast(
    event?: Pattern,
    payload?: Pattern,
    options: RefuteOptions = {},
  ): Promise<void> {
    await this.#line.pass(options);
    this.#broadcasts.refute(aMessage("a broadcast", event, payload));
  }

  /** The channel ends in an orderly way, as by `stop()`: the client is told phx_close. */
  async assertClosed({ timeout = this.#line.timeout }: AssertOptions = {}): Promise<void> {
    await this.#heard.take(anEnd("phx_close"), timeout);
  }

  /** The channel crashes: the client is told phx_error. Resolves with what was thrown. */
  async assertCrashed({ timeout = this.#line.timeout }: AssertOptions = {}): Promise<unknown> {
    await this.#heard.take(anEnd("phx_error"), timeout);
    return this.#membership.failure?.cause;
  }

  get #live(): Membership {
    const { over } = this.#membership;
    if (over === null) return this.#membership;
    throw new TestSocketError(
      "channelOver",
      `The client is no member of ${print(this.topic)} any more. ${over} Join it again.`,
    );
  }
}
