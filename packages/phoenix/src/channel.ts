// npm phoenix's Channel: its handlers, and the state that programs see. What it does with the server is
// its Member's.
import { call } from "./call.ts";
import type { Loose } from "./loose.ts";
import { Member } from "./member.ts";
import { EVENT, type Message } from "./message.ts";
import { closure } from "./params.ts";
import { Push } from "./push.ts";
import type { Socket } from "./socket.ts";

export type ChannelState = "closed" | "errored" | "joined" | "joining" | "leaving";

/** One handler. */
export interface Binding {
  readonly event: string;
  readonly ref: number;
  readonly callback: (payload?: Loose, ref?: Loose, joinRef?: Loose) => Loose;
}

/** What `onError` is told when it is the connection that was lost. */
export interface TransportReason {
  readonly source: "transport";
  readonly reason: "connection_closed" | "connection_error" | "heartbeat_timeout";
}

/**
 * A topic, and who listens to it. Made by `socket.channel`.
 *
 * @example
 * ```ts
 * const room = socket.channel("room:lobby", { user: 1 });
 * room.on("new_msg", ({ body }) => console.log(body));
 * room.join().receive("ok", (response) => console.log(response));
 * ```
 */
export class Channel {
  state: ChannelState = "closed";
  readonly topic: string;
  /** What is sent with a join. */
  params: () => Loose;
  readonly socket: Socket;
  bindings: Binding[] = [];
  /** Ms that a join, a leave or a push waits for its answer, unless it is told otherwise. */
  timeout: number;
  joinedOnce = false;
  readonly joinPush: Push;
  /** @internal */
  readonly member: Member;
  #bindingRef = 0;

  constructor(topic: string, params: Loose, socket: Socket) {
    this.topic = topic;
    this.params = closure(params || {});
    this.socket = socket;
    this.timeout = socket.timeout;
    this.joinPush = new Push(this, EVENT.join, () => this.params(), this.timeout);
    this.member = new Member(this);
  }

  /** Pushes that wait to be sent, in order. */
  get pushBuffer(): Push[] {
    return this.member.waiting;
  }

  /**
   * Asks to be let in, now or when there is a connection, and again whenever it must.
   * @param timeout ms to wait for the server's answer.
   * @throws {Error} if it has been called before.
   */
  join(timeout: number = this.timeout): Push {
    if (this.joinedOnce) {
      throw new Error(
        `${this.topic} was joined before. A channel is joined once, and comes back by itself: make another with socket.channel().`,
      );
    }
    this.timeout = timeout;
    this.joinedOnce = true;
    this.rejoin();
    return this.joinPush;
  }

  /** Joins once more. Whoever else has the topic on this socket leaves it. */
  rejoin(timeout: number = this.timeout): void {
    if (this.isLeaving()) return;
    this.state = "joining";
    this.joinPush.timeout = timeout;
    this.joinPush.reset();
    this.member.join(timeout);
  }

  /**
   * Leaves. From the call on nothing is delivered. "ok" is told on the server's word, or at once where
   * there is no connection; "timeout" when the server has not answered.
   */
  leave(timeout: number = this.timeout): Push {
    this.state = "leaving";
    const push = new Push(this, EVENT.leave, {}, timeout);
    this.member.leave(push);
    return push;
  }

  /**
   * Sends an event, or has it wait until the channel is joined.
   * @param timeout ms from now.
   * @throws {Error} before `join()` was called.
   */
  push(event: string, payload?: Loose, timeout: number = this.timeout): Push {
    if (!this.joinedOnce) {
      throw new Error(
        `"${event}" cannot be pushed to ${this.topic} before it is joined. Call channel.join() first.`,
      );
    }
    const push = new Push(this, event, () => payload || {}, timeout);
    push.send();
    return push;
  }

  /** Has `callback` be told of an event. Returns what `off` takes. */
  on(event: string, callback: Binding["callback"]): number {
    this.#bindingRef += 1;
    // Replaced, so that who is being told now is told to the end.
    this.bindings = [...this.bindings, { event, ref: this.#bindingRef, callback }];
    return this.#bindingRef;
  }

  /** Removes one handler of an event, or all of them. */
  off(event: string, ref?: number): void {
    this.bindings = this.bindings.filter(
      (one) => one.event !== event || (ref !== undefined && one.ref !== ref),
    );
  }

  /** Told when the channel has ended in good order: left, or closed by the server. */
  onClose(callback: Binding["callback"]): number {
    return this.on(EVENT.close, callback);
  }

  /** Told when the connection is lost, and when the channel has crashed. It joins again by itself. */
  onError(callback: (reason?: Loose) => Loose): number {
    return this.on(EVENT.error, (reason) => callback(reason));
  }

  /** For overriding: gets each message before the handlers do, and returns the payload for them. */
  onMessage(_event: string, payload: Loose, _ref?: Loose, _joinRef?: Loose): Loose {
    return payload;
  }

  /** For overriding: whether a handler is to get a message, by its payload as it came. */
  filterBindings(_binding: Binding, _payload: Loose, _ref?: Loose): boolean {
    return true;
  }

  /** Calls the handlers of an event, as if the server had sent it. */
  trigger(event: string, payload?: Loose, ref?: Loose, joinRef?: Loose): void {
    this.dispatch(event, this.handled(event, payload, ref, joinRef), ref, joinRef, payload);
  }

  /** @internal What `onMessage` makes of a payload. */
  handled(event: string, payload: Loose, ref?: Loose, joinRef?: Loose): Loose {
    const handled: Loose = this.onMessage(event, payload, ref, joinRef);
    if (!payload || handled) return handled;
    throw new Error("channel.onMessage() must return the payload, as it is or changed.");
  }

  /** @internal Calls the handlers of an event. `said` is the payload as it came. */
  dispatch(
    event: string,
    payload: Loose,
    ref?: Loose,
    joinRef?: Loose,
    said: Loose = payload,
  ): void {
    for (const binding of this.bindings) {
      if (binding.event !== event || !this.filterBindings(binding, said, ref)) continue;
      const what = `a handler of ${event} on ${this.topic}`;
      call(what, binding.callback, payload, ref, joinRef ?? this.joinRef());
    }
  }

  /** Ends it without a word to anybody: no handler is called any more. */
  teardown(): void {
    this.bindings = [];
    this.joinPush.recHooks = [];
    this.member.leave(new Push(this, EVENT.leave, {}, this.timeout));
    this.state = "closed";
  }

  /** The event under which handlers can be told of a reply. */
  replyEventName(ref: string): string {
    return `chan_reply_${ref}`;
  }

  joinRef(): string | null {
    return this.joinPush.ref;
  }

  canPush(): boolean {
    return this.socket.isConnected() && this.isJoined();
  }

  isMember(topic: string, _event: string, _payload: Loose, joinRef?: Message["join_ref"]): boolean {
    return this.topic === topic && (!joinRef || String(joinRef) === this.joinRef());
  }

  isClosed(): boolean {
    return this.state === "closed";
  }

  isErrored(): boolean {
    return this.state === "errored";
  }

  isJoined(): boolean {
    return this.state === "joined";
  }

  isJoining(): boolean {
    return this.state === "joining";
  }

  isLeaving(): boolean {
    return this.state === "leaving";
  }
}
