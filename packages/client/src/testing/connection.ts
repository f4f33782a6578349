// One connection from the server's seat: what the client does is asserted, what the server does is
// done. How that travels is the Peer's business.
import type { Frame, ServerMessage } from "@slipstream/core";
import type { Pattern } from "@slipstream/core/expectations";
import { ok, type Answer } from "./answer.ts";
import type { ConnectAttempt } from "./attempt.ts";
import { aClose, aHeartbeat, aJoin, aLeave, aPush, type ClosePattern } from "./expectations.ts";
import type { Peer } from "./peer.ts";
import type {
  ReceivedClose,
  ReceivedHeartbeat,
  ReceivedJoin,
  ReceivedLeave,
  ReceivedPush,
} from "./received.ts";

export interface AssertOptions {
  /** Ms of the real clock to wait. Default: that of the server, 2,000. */
  readonly timeout?: number;
}

export interface RefuteOptions {
  /** Ms of the test's clock that pass first. Default: none, and the client comes to rest. */
  readonly within?: number;
}

/** Made by accepting an attempt. */
export class TestConnection {
  /** What the client connected with. */
  readonly attempt: ConnectAttempt;
  readonly #peer: Peer;

  /** @internal */
  constructor(attempt: ConnectAttempt, peer: Peer) {
    this.attempt = attempt;
    this.#peer = peer;
  }

  /** Whether frames can be sent. */
  get open(): boolean {
    return this.#peer.open;
  }

  /** The topics that the client has been let into and has not left. */
  get topics(): readonly string[] {
    return this.#peer.topics;
  }

  // What the client does.

  /**
   * The client joins a topic. It is let in, unless `answer` says otherwise.
   *
   * @example
   * ```ts
   * await connection.assertJoin("room:lobby", { user: 1 }, ok({ members: 3 }));
   * await connection.assertJoin(/^room:/, {}, error({ reason: "full" }));
   * const join = await connection.assertJoin("room:lobby", {}, noreply()); // join.reply(...) later
   * ```
   */
  async assertJoin(
    topic?: Pattern,
    params?: Pattern,
    answer: Answer = ok(),
    options: AssertOptions = {},
  ): Promise<ReceivedJoin> {
    const join = await this.#peer.said.take(aJoin(topic, params), this.#timeout(options));
    join.reply(answer);
    return join;
  }

  /** The client leaves a topic. The server says "ok" and closes the channel, unless `answer` says otherwise. */
  async assertLeave(
    topic?: Pattern,
    answer: Answer = ok(),
    options: AssertOptions = {},
  ): Promise<ReceivedLeave> {
    const leave = await this.#peer.said.take(aLeave(topic), this.#timeout(options));
    leave.reply(answer);
    return leave;
  }

  /**
   * The client pushes an event. It is not answered; call `reply` of what this resolves with.
   *
   * @example
   * ```ts
   * const push = await connection.assertPush("room:lobby", "new_msg", { body: /^hi/ });
   * push.reply(ok({ id: 1 }));
   * ```
   */
  assertPush(
    topic?: Pattern,
    event?: Pattern,
    payload?: Pattern,
    options: AssertOptions = {},
  ): Promise<ReceivedPush> {
    return this.#peer.said.take(aPush(topic, event, payload), this.#timeout(options));
  }

  /** The client asks for a sign of life. For servers made with `heartbeats: "manual"`. */
  assertHeartbeat(options: AssertOptions = {}): Promise<ReceivedHeartbeat> {
    return this.#peer.said.take(aHeartbeat(), this.#timeout(options));
  }

  /**
   * The client ends the connection: by a close frame, or, where `code` is null, by a reset. The close
   * frame is answered, unless the server was made with `closing: "manual"`.
   */
  assertDisconnect(expected?: ClosePattern, options: AssertOptions = {}): Promise<ReceivedClose> {
    return this.#peer.said.take(aClose(expected), this.#timeout(options));
  }

  /** By the time the client is at rest, or `within` has passed, it has not joined such a topic. */
  async refuteJoin(topic?: Pattern, params?: Pattern, options: RefuteOptions = {}): Promise<void> {
    await this.#pass(options);
    this.#peer.said.refute(aJoin(topic, params));
  }

  async refuteLeave(topic?: Pattern, options: RefuteOptions = {}): Promise<void> {
    await this.#pass(options);
    this.#peer.said.refute(aLeave(topic));
  }

  /**
   * @example
   * ```ts
   * await connection.refutePush("room:lobby", "typing", undefined, { within: 5_000 });
   * ```
   */
  async refutePush(
    topic?: Pattern,
    event?: Pattern,
    payload?: Pattern,
    options: RefuteOptions = {},
  ): Promise<void> {
    await this.#pass(options);
    this.#peer.said.refute(aPush(topic, event, payload));
  }

  async refuteHeartbeat(options: RefuteOptions = {}): Promise<void> {
    await this.#pass(options);
    this.#peer.said.refute(aHeartbeat());
  }

  async refuteDisconnect(expected?: ClosePattern, options: RefuteOptions = {}): Promise<void> {
    await this.#pass(options);
    this.#peer.said.refute(aClose(expected));
  }

  // What the server does.

  /**
   * Sends an event to the client's membership of a topic. A payload of bytes travels in a binary frame.
   * @throws {TestServerError} `notJoined` if the client has not been let in, `connectionOver`.
   */
  push(topic: string, event: string, payload: unknown = {}): void {
    const joinRef = this.#peer.membership(topic);
    this.send({ type: "serverPush", topic, joinRef, event, payload });
  }

  /** Sends an event as a broadcast: to whichever membership the client has. */
  broadcast(topic: string, event: string, payload: unknown = {}): void {
    this.send({ type: "broadcast", topic, event, payload });
  }

  /** Ends a membership in an orderly way: `phx_close`. */
  closeChannel(topic: string): void {
    this.send({ type: "close", topic, joinRef: this.#peer.endMembership(topic), payload: {} });
  }

  /** Lets the channel crash: `phx_error`. */
  crashChannel(topic: string): void {
    this.send({ type: "error", topic, joinRef: this.#peer.endMembership(topic), payload: {} });
  }

  /** Sends any message: one with a stale join_ref, or a reply to nothing. */
  send(message: ServerMessage): void {
    this.#peer.send(message);
  }

  /** Sends any frame, such as one that is no message. */
  sendFrame(frame: Frame): void {
    this.#peer.sendFrame(frame);
  }

  /** Ends the connection with a close frame. Default: 1000, without a reason. */
  disconnect({ code = 1000, reason = "" }: { code?: number; reason?: string } = {}): void {
    this.#peer.end("The test has closed the connection.");
    this.#peer.link.closeByServer(code, reason);
  }

  /** Ends TCP without a close frame, as a crash or a broken path does. */
  cut(cause?: unknown): void {
    this.#peer.end("The test has cut the connection.");
    this.#peer.link.cut(cause);
  }

  /**
   * From now on the server takes what comes and answers nothing, not even a close; what the test answers
   * is not sent either. What the client does can be asserted and refuted as before.
   */
  goSilent(): void {
    this.#peer.goSilent();
  }

  /** The server stops reading: what the client sends waits and counts as `bufferedAmount`. */
  stopReading(): void {
    this.#peer.link.stopReading();
  }

  /** The server reads on. */
  read(): void {
    this.#peer.link.read();
  }

  #timeout({ timeout }: AssertOptions): number {
    return timeout ?? this.#peer.seat.timeout;
  }

  #pass({ within }: RefuteOptions): Promise<void> {
    return this.#peer.seat.pass(within);
  }
}
