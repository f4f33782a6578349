// A channel as its user sees it: a typed face on what ChannelCore does. Loops over messages and states
// are readable-channel.ts's, so that whoever uses handlers alone need not carry them.
import type { ChannelState } from "@slipstream/core";
import type { ChannelCore } from "./channel-core.ts";
import type {
  ChannelMessage,
  JoinOptions,
  JoinParams,
  JoinResponse,
  MessageEvent,
  MessagePayload,
  PushArguments,
  PushEvent,
  PushReply,
  Untyped,
} from "./channel-types.ts";
import {
  checkArguments,
  checkEvent,
  checkFunction,
  checkPushEvent,
  checkSignal,
  checkTimeout,
} from "./option-checks.ts";
import type { RoutedMessage } from "./message-router.ts";

export interface PushOptions {
  /** Ms to wait for the reply, from the call; Infinity for as long as it takes. Default: the socket's `pushTimeout`. */
  readonly timeout?: number;
  /** Gives the push up. What was sent stays sent. */
  readonly signal?: AbortSignal;
}

export interface LeaveOptions {
  /** Ms to wait for the server's answer; Infinity for as long as it takes. Default: the socket's `joinTimeout`. */
  readonly timeout?: number;
}

/**
 * One topic on one socket. Made by `socket.channel` or `socket.join`.
 *
 * A channel joins again by itself after a disconnect, a crash or a close by the server, unless
 * `rejoin` says otherwise. Pushes wait meanwhile, their timeout running.
 */
export class BaseChannel<C = Untyped> {
  readonly #core: ChannelCore;

  /** @internal Use `socket.channel`. */
  constructor(core: ChannelCore) {
    this.#core = core;
  }

  /** @internal For what is built on a channel. */
  static coreOf<C>(channel: BaseChannel<C>): ChannelCore {
    return channel.#core;
  }

  get topic(): string {
    return this.#core.topic;
  }

  /** Where the channel stands, as a value whose `type` tells the rest of its fields. */
  get state(): ChannelState {
    return this.#core.machine.state;
  }

  /** What the server answered to the join; undefined unless joined. */
  get response(): JoinResponse<C> | undefined {
    return this.#core.response as JoinResponse<C> | undefined;
  }

  /**
   * Asks to be let in, and resolves with the server's answer. Waits for the socket to be open.
   * Joining what is joined resolves at once.
   * @throws {JoinError} (by rejection) `refused` with the server's response, `timeout`, `left`,
   * `aborted`, `disconnected` when the socket ended or was never connected again, `paramsFailed`,
   * `unsendable`, `duplicate`.
   * @throws {PoolFullError} (by rejection) when it is a pool's channel that was left, and others have
   * taken its room on its socket. Ask the pool for the topic: another socket may have room.
   */
  join(options: JoinOptions = {}): Promise<JoinResponse<C>> {
    checkArguments(options, { signal: checkSignal });
    return this.#core.join(options.signal) as Promise<JoinResponse<C>>;
  }

  /**
   * Sends an event, and resolves with the response of the server's reply. The returned promise may
   * be ignored: a failure that nobody observes is counted in `socket.stats`, and never unhandled.
   * @throws {PushError} (by rejection) with a code that says what became of it, and whether it had
   * been `sent`; `refused` if the server replied with another status than "ok".
   *
   * @example
   * ```ts
   * const { id } = await room.push("new_msg", { body: "hi" }, { timeout: 2_000 });
   * ```
   */
  push<E extends PushEvent<C>>(
    event: E,
    ...[payload, options = {}]: PushArguments<C, E, PushOptions>
  ): Promise<PushReply<C, E>> {
    checkArguments(options, { timeout: checkTimeout, signal: checkSignal });
    checkPushEvent(event);
    const push = { ...options, event, payload, expects: "reply" } as const;
    return this.#core.push(push) as Promise<PushReply<C, E>>;
  }

  /**
   * Sends an event and expects no reply; one that comes is ignored. Resolves when the message was
   * handed to the transport. The returned promise may be ignored, as with `push`.
   * @throws {PushError} (by rejection) if it could not be sent.
   */
  send<E extends PushEvent<C>>(event: E, ...[payload]: PushArguments<C, E, never>): Promise<void> {
    checkPushEvent(event);
    const push = { event, payload, expects: "none" } as const;
    return this.#core.push(push) as Promise<unknown> as Promise<void>;
  }

  /**
   * Calls `handler` with each message of `event`, in order. Handlers stay through rejoins. One that
   * throws, or whose promise rejects, is reported to the logger and stops nothing else.
   * What came before the first handler or reader was there is delivered to it.
   * @returns the function that removes the handler.
   */
  on<E extends MessageEvent<C>>(
    event: E,
    handler: (payload: MessagePayload<C, E>, message: ChannelMessage<C, E>) => unknown,
  ): () => void {
    checkEvent(event);
    checkFunction("handler", handler);
    return this.#core.messages.on(
      event,
      handler as (payload: unknown, message: RoutedMessage) => unknown,
    );
  }

  /** Calls `handler` with each message, whatever its event. */
  onMessage(handler: (message: ChannelMessage<C>) => unknown): () => void {
    checkFunction("handler", handler);
    return this.#core.messages.onEverything(handler as (message: RoutedMessage) => unknown);
  }

  /**
   * Ends the membership. Nothing is delivered from here on. Resolves on the server's word, and at
   * once when there is no connection or no membership. A leave that is under way keeps its timeout.
   * @throws {LeaveError} (by rejection) if the server does not answer within the timeout.
   *
   * @example
   * ```ts
   * await room.leave({ timeout: 500 });
   * ```
   */
  leave(options: LeaveOptions = {}): Promise<void> {
    checkArguments(options, { timeout: checkTimeout });
    return this.#core.leave(options.timeout);
  }

  /** Calls `handler` with each new state. Returns the function that removes it. */
  onState(handler: (state: ChannelState) => unknown): () => void {
    checkFunction("handler", handler);
    return this.#core.states.add(handler);
  }

  /** Replaces what the next join sends: a value, or a function that is called for each join. */
  setParams(params: JoinParams<C> | (() => JoinParams<C> | PromiseLike<JoinParams<C>>)): void {
    this.#core.joinParams = params;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.leave();
  }
}
