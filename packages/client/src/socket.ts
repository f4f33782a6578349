// A socket as its user sees it: a checked face on what SocketCore does. Loops over its states and its
// channels' messages are readable-socket.ts's.
import type { ConnectionEnd, Counters, Reader, SessionState } from "@slipstream/core";
import { BaseChannel } from "./channel.ts";
import type { JoinArguments, JoinParams, JoinResponse, Untyped } from "./channel-types.ts";
import {
  checkArguments,
  checkCloseCode,
  checkCloseReason,
  checkFunction,
  checkSignal,
  checkTimeout,
  checkTopic,
} from "./option-checks.ts";
import type { Provided, SocketOptions } from "./options.ts";
import type { Outcome, Tally } from "./outcome.ts";
import { settingsOf } from "./resolve-options.ts";
import type { ChannelCore } from "./channel-core.ts";
import { ping } from "./ping.ts";
import { checkSocketOptions } from "./socket-option-checks.ts";
import { SocketCore, type Disconnected } from "./socket-core.ts";
import type { Dial } from "./transport.ts";

export interface DisconnectOptions {
  /** 1000, 1001, or 3000 to 4999. Default: 1000. */
  readonly code?: number;
  /** At most 123 bytes of UTF-8. Default: "". */
  readonly reason?: string;
}

/** What a socket has counted, as of the moment when it was asked; `counters` lives and counts on. */
export interface SocketStats extends Readonly<Tally> {
  readonly counters: Readonly<Counters>;
  /** What carries the frames, such as "websocket" or "longpoll"; null while no connection is open. */
  readonly transport: string | null;
  /** Bytes that wait to be handed to the operating system. */
  readonly bufferedAmount: number;
  /** How many channels the server knows of or soon will. */
  readonly channels: number;
}

/** A connection to a Phoenix socket, over all its reconnects, and the channels on it. */
export class BaseSocket {
  readonly #core: SocketCore;

  /**
   * @param dial what carries the frames unless the option `transport` is given.
   * @param known names of options that belong to the transport.
   * @param reader `Reader`, where reading can be paused.
   */
  constructor(
    url: string | URL,
    options: SocketOptions,
    dial: Dial,
    known: readonly string[],
    reader?: typeof Reader,
  ) {
    checkSocketOptions(options, known);
    this.#core = new SocketCore(url, options, settingsOf(options), dial, reader);
  }

  /** @internal For what is built on a socket. */
  static coreOf(socket: BaseSocket): SocketCore {
    return socket.#core;
  }

  /** Where the socket stands, as a value whose `type` tells the rest of its fields. */
  get state(): SessionState {
    return this.#core.state;
  }

  /** What was counted: attempts, ends by reason, pushes by outcome, ignored frames. */
  get stats(): SocketStats {
    const { session, bufferedAmount } = this.#core;
    const { unobservedFailures, unclaimedMessages, droppedMessages } = this.#core;
    const { invalidMessages, invalidReplies, state } = this.#core;
    return {
      unobservedFailures,
      unclaimedMessages,
      droppedMessages,
      invalidMessages,
      invalidReplies,
      counters: session.counters,
      transport: state.type === "open" ? state.transport : null,
      bufferedAmount,
      channels: session.channels.size,
    };
  }

  /**
   * Connects, and resolves when the socket is open. Failed attempts are tried again as `reconnect`
   * says, the first of a series with a warning in the log. Connecting what is open resolves at once; after a disconnect it connects anew.
   * @throws {ConnectError} (by rejection) when nothing will be tried any more.
   */
  connect(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    checkArguments(options, { signal: checkSignal });
    return this.#core.connect(options.signal);
  }

  /**
   * Ends the connection by RFC 6455 7.1, and every attempt to make one. From the call on nothing is
   * delivered; pushes in flight fail as "disconnected". Resolves when nothing is left of the
   * connection, which takes at most twice `closeTimeout`. Works in every state, and twice.
   *
   * @example
   * ```ts
   * const { code, clean } = await socket.disconnect({ code: 4000, reason: "done" });
   * ```
   */
  disconnect(options: DisconnectOptions = {}): Promise<Disconnected> {
    checkArguments(options, { code: checkCloseCode, reason: checkCloseReason });
    return this.#core.disconnect(options.code, options.reason);
  }

  /**
   * Frees the connection now, with a RST where the platform can send one: what is under way is lost,
   * and the server sees a broken connection rather than a close. For when there is no time left to
   * `disconnect()`. It ends everything else as that does, and may be called while that waits.
   * Resolves when nothing is left of the connection.
   *
   * @example
   * ```ts
   * process.once("SIGTERM", () => void socket.reset());
   * ```
   */
  reset(): Promise<Disconnected> {
    return this.#core.end({ type: "resetSocket" });
  }

  /**
   * The channel of a topic. There is one per topic and socket: until it has been left, or has ended
   * for good, every call returns it, and `params`, if given, replace what its next join sends.
   * @param params sent with each join; a function is called for each, and may be async.
   */
  channel<C = Untyped>(topic: string, params?: Provided<JoinParams<C>>): BaseChannel<C> {
    checkTopic(topic);
    const core = this.#core.channel(topic, params);
    core.face ??= this.face(core);
    return core.face as BaseChannel<C>;
  }

  /** @internal What users hold in place of `core`. */
  protected face(core: ChannelCore): BaseChannel {
    return new BaseChannel(core);
  }

  /**
   * Joins a topic and resolves with its channel, once the server has let us in.
   * @throws {JoinError} (by rejection) as `channel.join` does.
   *
   * @example
   * ```ts
   * const room = await socket.join("room:lobby", { user: 1 });
   * room.on("new_msg", (payload) => console.log(payload));
   * ```
   */
  join<C = Untyped>(
    topic: string,
    ...[params, options = {}]: JoinArguments<C>
  ): Promise<BaseChannel<C>> {
    checkArguments(options, { signal: checkSignal });
    const channel = this.channel<C>(topic, params);
    return (channel.join(options) as Outcome<JoinResponse<C>>).map(() => channel);
  }

  /**
   * Asks the server for a sign of life, and resolves with how long it took, in ms.
   * @param options.timeout ms to wait; default: `pushTimeout`.
   * @throws {PushError} (by rejection) `disconnected` or `timeout`.
   */
  ping(options: { readonly timeout?: number } = {}): Promise<number> {
    checkArguments(options, { timeout: checkTimeout });
    return ping(this.#core, options.timeout);
  }

  /** Calls `handler` with each new state. Returns the function that removes it. */
  onState(handler: (state: SessionState) => unknown): () => void {
    checkFunction("handler", handler);
    return this.#core.states.add(handler);
  }

  /** Calls `handler` once for each connection, and each attempt to make one, that ended. */
  onConnectionEnd(handler: (end: ConnectionEnd) => unknown): () => void {
    checkFunction("handler", handler);
    return this.#core.ends.add(handler);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.disconnect();
  }
}
