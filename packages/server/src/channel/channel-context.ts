// What a channel can do: say things to its client and its topic, and end its connection. The doing
// is the membership's, which gives each channel its seat.
import type { Ref } from "@slipstream/core";
import type { PresenceList } from "../presence/presence-table.ts";
import type { ChannelPresence } from "../presence/channel-presence.ts";
import type { DrainOptions } from "./drain-options.ts";
import type {
  Info,
  MessageEvent,
  MessagePayload,
  PushEvent,
  PushReply,
  Untyped,
} from "./channel-types.ts";

/** The connection that a channel belongs to. */
export interface ChannelSocket<A> {
  /** What the socket's `id` made of the assigns: the name for `server.disconnect(id)`. */
  readonly id: string | null;
  /** What `connect` accepted. All channels of the connection see the same object. */
  readonly assigns: A;
  /**
   * Closes the connection, and with it all its channels.
   * @param code 1000, 1001, 1008, 1011 to 1014, or 3000 to 4999. 1000 if left out.
   * @param reason At most 123 bytes of UTF-8.
   * @throws {OptionError} A code or a reason that may not be sent.
   */
  close(code?: number, reason?: string): void;
  /** Resets the connection without a word, as a failing network would. */
  drop(): void;
}

/** The answer to a push that is given after its handler has returned `noreply()`. */
export interface LateReply<R = unknown> {
  /** Of the push that it answers. */
  readonly event: string;
  /**
   * Answers with the status "ok", or another one. True if it was sent; false if it was answered
   * before, or the channel or the connection has ended, so that nobody waits for it.
   * @throws {EncodeError} The response cannot be written.
   * @throws {InvalidMessageError} It is not what the channel's schema says.
   */
  reply(response?: R): boolean;
  reply(status: string, response: unknown): boolean;
}

/** What a membership offers to its channel. Made by the server, for `new Channel(seat)`. */
export interface Seat<A> {
  readonly topic: string;
  readonly joinRef: Ref | null;
  readonly socket: ChannelSocket<A>;
  readonly presence: ChannelPresence;
  push(event: string, payload: unknown): void;
  broadcast(event: string, payload: unknown, to: "everyone" | "others"): void;
  sendInfo(info: unknown): void;
  replyLater(): LateReply;
  readonly bufferedAmount: number;
  drained(options?: DrainOptions): Promise<void>;
}

/** What every channel has, and what the callbacks of a plain object get as their last argument. */
export class ChannelContext<C = Untyped, A = unknown> {
  readonly #seat: Seat<A>;

  constructor(seat: Seat<A>) {
    this.#seat = seat;
  }

  /** Such as "room:lobby". */
  get topic(): string {
    return this.#seat.topic;
  }

  /** The connection that the channel belongs to. */
  get socket(): ChannelSocket<A> {
    return this.#seat.socket;
  }

  /** What `connect` accepted, the same as `socket.assigns`. */
  get assigns(): A {
    return this.#seat.socket.assigns;
  }

  /** Who is here: this channel's own keys, and everybody's on the topic. */
  get presence(): ChannelPresence {
    return this.#seat.presence;
  }

  /**
   * Sends a message to this client alone. What `join` pushes is sent after the reply to the join.
   * Once the channel has ended nothing is sent.
   *
   * @param payload A JSON value, or bytes (an ArrayBuffer or any view on one).
   * @throws {EncodeError} The payload cannot be written.
   * @throws {ReservedEventError} The event is the protocol's own, such as "phx_close".
   * @example
   * ```ts
   * this.push("welcome", { members: 3 });
   * ```
   */
  push<E extends MessageEvent<C>>(event: E, payload: MessagePayload<C, E>): void;
  /** The first word of presence, which every channel may send, whatever its types. */
  push(event: "presence_state", payload: PresenceList): void;
  push(event: string, payload: unknown): void {
    this.#seat.push(event, payload);
  }

  /** Sends a message to all members of the topic, this one included. @throws as `push` does. */
  broadcast<E extends MessageEvent<C>>(event: E, payload: MessagePayload<C, E>): void {
    this.#seat.broadcast(event, payload, "everyone");
  }

  /** Sends a message to all members of the topic but this one. @throws as `push` does. */
  broadcastFrom<E extends MessageEvent<C>>(event: E, payload: MessagePayload<C, E>): void {
    this.#seat.broadcast(event, payload, "others");
  }

  /**
   * Puts `info` behind the messages that wait for this channel; `handleInfo` gets it in its turn.
   * May be called from anywhere, such as a timer. Once the channel has ended it is thrown away.
   */
  sendInfo(info: Info<C>): void {
    this.#seat.sendInfo(info);
  }

  /**
   * Takes the right to answer the push that `handleIn` is at work on, to be used later.
   *
   * @typeParam E The event of that push, which tells the type of its reply.
   * @throws {Error} Nothing is being handled that could be answered.
   * @example
   * ```ts
   * const later = this.replyLater<"resize">();
   * queue.add(job, (result) => later.reply(result));
   * return noreply();
   * ```
   */
  replyLater<E extends PushEvent<C> = PushEvent<C>>(): LateReply<PushReply<C, E>> {
    return this.#seat.replyLater();
  }

  /**
   * The bytes that wait to be sent on this connection, of all its channels together: what the client
   * has not taken, and the kernel has no room for. Over long polling, what waits for the next poll.
   * 0 once the connection has ended.
   *
   * @example
   * ```ts
   * if (this.bufferedAmount < 64 * 1024) this.push("row", row);
   * else this.latest.set(row.id, row);      // a slow reader gets the newest, later: see `drained`
   * ```
   */
  get bufferedAmount(): number {
    return this.#seat.bufferedAmount;
  }

  /**
   * Resolves when there is room for more (fewer than `below` bytes wait to be sent to this client, by
   * default half of `maxBuffered`), or the connection has ended. Once it had to wait, it resolves when
   * nothing waits any more. Whoever pushes much in a loop awaits it; so everybody else has a turn too,
   * every few ms.
   *
   * @throws {OptionError} (by rejection) A `below` that is not above 0.
   * @throws The `signal`'s reason (by rejection).
   * @example
   * ```ts
   * for (const page of pages) {
   *   this.push("page", page);
   *   await this.drained({ below: 256 * 1024 });
   * }
   * ```
   */
  drained(options?: DrainOptions): Promise<void> {
    return this.#seat.drained(options);
  }
}
