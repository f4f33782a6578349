// What a membership lets its channel do. Made with the channel, and kept as long as it is.
import type { PushMessage, Ref, ReplyMessage, ServerMessage } from "@slipstream/core";
import type { ChannelSocket, LateReply, Seat } from "../channel/channel-context.ts";
import type { DrainOptions } from "../channel/drain-options.ts";
import { PendingReply } from "../channel/late-reply.ts";
import type { Line } from "./membership-host.ts";
import { ChannelPresence, type PresenceOwner } from "../presence/channel-presence.ts";
import type { Subscriber } from "../broadcast/pub-sub.ts";
import { checkEvent } from "../channel/reserved-event.ts";

/** The membership, as its seat sees it. */
export interface SeatOwner extends PresenceOwner {
  /** Who is handed the broadcasts of its topic. One for each member. */
  readonly subscriber: Subscriber;
  readonly joinRef: Ref | null;
  /** The push that `handleIn` is at work on. */
  readonly current: PushMessage | null;
  /** The right to answer it, once that was taken. */
  later: PendingReply | null;
  readonly isOver: boolean;
  /** Sends a message, after the answer to the join; nothing once it is over. */
  say(message: ServerMessage): void;
  takeInfo(info: unknown): void;
}

export class MembershipSeat implements Seat<unknown> {
  readonly #owner: SeatOwner;
  readonly #line: Line;
  #presence: ChannelPresence | null = null;

  constructor(owner: SeatOwner, line: Line) {
    this.#owner = owner;
    this.#line = line;
  }

  get topic(): string {
    return this.#owner.topic;
  }

  get joinRef(): Ref | null {
    return this.#owner.joinRef;
  }

  get socket(): ChannelSocket<unknown> {
    return this.#line;
  }

  get presence(): ChannelPresence {
    this.#presence ??= new ChannelPresence(this.#line.scope.presences, this.#owner);
    return this.#presence;
  }

  push(event: string, payload: unknown = {}): void {
    checkEvent(event);
    const { topic, joinRef } = this.#owner;
    this.#owner.say({ type: "serverPush", topic, joinRef, event, payload });
  }

  broadcast(event: string, payload: unknown, to: "everyone" | "others"): void {
    const { pubSub } = this.#line.scope;
    pubSub.broadcast(
      this.#owner.topic,
      event,
      payload,
      to === "others" ? this.#owner.subscriber : null,
    );
  }

  sendInfo(info: unknown): void {
    this.#owner.takeInfo(info);
  }

  replyLater(): LateReply {
    const { joinRef, current, later } = this.#owner;
    if (later !== null) return later;
    if (current === null) {
      throw new Error("replyLater() can only be called while handleIn is at work on a push.");
    }
    this.#owner.later = new PendingReply({ ...current, joinRef }, (message: ReplyMessage) => {
      if (this.#owner.isOver || !this.#line.isOpen) return false;
      this.#owner.say(message);
      return true;
    });
    return this.#owner.later;
  }

  get bufferedAmount(): number {
    return this.#line.bufferedAmount;
  }

  drained(options?: DrainOptions): Promise<void> {
    return this.#line.drained(options);
  }
}
