// A connection from its client's seat. Messages go through the server's own serializer, frames and
// queues; only the network is not there.
import type { JoinParams, Untyped } from "@slipstream/core";
import { print } from "@slipstream/core/expectations";
import { JoinRefusedError } from "./errors.ts";
import { aClose, aReply, type ClosePattern } from "./heard.ts";
import type { MemoryLine } from "./memory-line.ts";
import { TestChannel } from "./test-channel.ts";
import type { AssertOptions, RefuteOptions } from "./test-line.ts";

/** Left out only where the channel's interface asks for nothing. */
type Params<P> = unknown extends P ? [params?: unknown] : [params: P];

/**
 * Made by `connect`.
 * @typeParam A What the socket's `connect` accepts.
 */
export class TestSocket<A = unknown> {
  /** What `connect` accepted: the very object that the channels see. */
  readonly assigns: A;
  /** What the socket's `id` made of it: the name for `server.disconnect(id)`. */
  readonly id: string | null;
  readonly #line: MemoryLine;

  /** @internal */
  constructor(line: MemoryLine, assigns: A, id: string | null) {
    this.#line = line;
    this.assigns = assigns;
    this.id = id;
  }

  /** Whether the client can say anything. */
  get open(): boolean {
    return this.#line.isOpen;
  }

  // What the client does.

  /**
   * Joins a topic. Resolves when the server has let the client in.
   *
   * @typeParam C The channel's interface, the same as its server and its clients have; of a schema,
   * `Joined<typeof schema>`.
   * @throws {JoinRefusedError} (by rejection) It was denied, crashed, or no channel has the topic.
   * @throws {TestSocketError} (by rejection) `connectionOver`.
   * @example
   * ```ts
   * const room = await socket.join<Room>("room:lobby", { user: 1 });
   * console.log(room.response);
   * ```
   */
  async join<C = Untyped>(topic: string, ...given: Params<JoinParams<C>>): Promise<TestChannel<C>> {
    const membership = this.#line.expect(topic);
    const { joinRef } = membership;
    const what = `the join of ${print(topic)}`;
    membership.asked(joinRef, what);
    try {
      const payload: unknown = given.length === 0 ? {} : given[0];
      this.#line.send({ type: "join", topic, joinRef, ref: joinRef, payload });
      const reply = await membership.heard.take(aReply(joinRef, what), this.#line.timeout);
      if (reply.status === "ok") return new TestChannel<C>(this.#line, membership, reply.response);
      const { status, response } = reply;
      throw new JoinRefusedError(topic, status, response, membership.failure?.cause);
    } catch (error) {
      this.#line.giveUp(membership);
      throw error;
    }
  }

  /**
   * The client stops reading, as one on a network that has no room left: what the server sends waits,
   * and counts in the `bufferedAmount` of its channels and for `maxBuffered`. Nothing is heard until
   * `resume`, or until the server closes the connection.
   */
  pause(): void {
    this.#line.carrier.pause();
  }

  /** The client reads what waits for it, and goes on. */
  resume(): void {
    this.#line.carrier.resume();
  }

  /**
   * Closes the connection. Resolves when the server has nothing left of it and no callback is at work.
   * @param code Default: 1000.
   */
  async close(code: number = 1000): Promise<void> {
    this.#line.end("The test has closed the connection.");
    this.#line.carrier.closeByClient(code);
    await this.#line.gone;
    await this.#line.rest();
  }

  /** Ends the connection without a close frame, as a crash or a broken path does. Resolves as `close`. */
  async drop(): Promise<void> {
    this.#line.end("The test has dropped the connection.");
    this.#line.carrier.dropByClient();
    await this.#line.gone;
    await this.#line.rest();
  }

  // What the server does.

  /**
   * The server closes the connection, or resets it: then the code is 1006.
   * @throws {ExpectationError} (by rejection) `missing`.
   */
  async assertDisconnect(
    expected?: ClosePattern,
    { timeout = this.#line.timeout }: AssertOptions = {},
  ): Promise<{ readonly code: number; readonly reason: string }> {
    const { code, reason } = await this.#line.ends.take(aClose(expected), timeout);
    return { code, reason };
  }

  /** By the time the server is at rest, or `within` has passed, it has not closed the connection. */
  async refuteDisconnect(expected?: ClosePattern, options: RefuteOptions = {}): Promise<void> {
    await this.#line.pass(options);
    this.#line.ends.refute(aClose(expected));
  }
}
