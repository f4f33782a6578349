// The memberships of one connection: which topic has which, and handing each message to its own.
import type { ClientMessage, JoinMessage, Ref } from "@slipstream/core";
import { decide, tooMany, topicOf, unmatched, type TopicState } from "./decide.ts";
import type { ChannelKind } from "../channel/channel-kind.ts";
import type { ChannelEnd } from "../end-reason.ts";
import { Membership } from "./membership.ts";
import { lastWord } from "./last-word.ts";
import type { Line, Lingering, Topics } from "./membership-host.ts";
import type { Predecessor } from "./predecessor.ts";
import type { TopicPatterns } from "../channel/topic-pattern.ts";

const VACANT: TopicState = { type: "vacant", full: false };
const FULL: TopicState = { type: "vacant", full: true };

/** Longer names than anybody has. They are kept for as long as the membership lasts. */
const MAX_NAME = 1_024;

function isTooLong(name: Ref | null): boolean {
  return typeof name === "string" && name.length > MAX_NAME;
}

export class Memberships implements Topics {
  readonly #line: Line;
  readonly #channels: TopicPatterns<ChannelKind>;
  readonly #byTopic = new Map<string, Membership>();
  readonly #lingering = new Set<Lingering>();

  constructor(line: Line, channels: TopicPatterns<ChannelKind>) {
    this.#line = line;
    this.#channels = channels;
  }

  dispatch(message: ClientMessage, bytes: number): void {
    const { counters } = this.#line.scope;
    if (!this.#line.isOpen) {
      counters.messagesDropped += 1;
      return;
    }
    const membership = this.#byTopic.get(topicOf(message));
    const decision = decide(message, membership?.phase ?? this.#vacancy);
    switch (decision.type) {
      case "answer":
        return this.#line.send(decision.reply);
      case "refuseJoin":
        counters.joins.tooMany += 1;
        return this.#line.send(decision.reply);
      case "join":
      case "rejoin":
        if (!this.#line.mayJoin()) return;
        if (decision.type === "join") return this.#join(message as JoinMessage, null);
        membership?.end({ type: "duplicateJoin" });
        return this.#join(message as JoinMessage, membership ?? null);
      case "deliver":
        return membership?.receive(message as Exclude<ClientMessage, { type: "heartbeat" }>, bytes);
      case "ignore":
        counters.messagesDropped += 1;
    }
  }

  rejoin(message: JoinMessage, predecessor: Predecessor): void {
    if (this.#line.isOpen) this.#join(message, predecessor);
    else this.#line.scope.counters.messagesDropped += 1;
  }

  forget(membership: Predecessor): void {
    if (this.#byTopic.get(membership.topic) === membership) this.#byTopic.delete(membership.topic);
  }

  lingers(membership: Lingering): void {
    this.#lingering.add(membership);
  }

  lingered(membership: Lingering): void {
    this.#lingering.delete(membership);
  }

  /** Ends those whose callbacks take too long. False if none is at work that may yet do so. */
  look(now: number): boolean {
    let isTimed = false;
    // Those first, since who is ended lingers.
    for (const membership of this.#lingering) isTimed = membership.look(now) || isTimed;
    for (const membership of this.#byTopic.values()) isTimed = membership.look(now) || isTimed;
    return isTimed;
  }

  /** Ends all of them. */
  end(reason: ChannelEnd): void {
    for (const membership of this.#byTopic.values()) membership.end(reason);
  }

  /** Room for another one? A callback that never returns must not be had twice by joining again. */
  get #vacancy(): TopicState {
    return this.#byTopic.size + this.#lingering.size < this.#line.limits.maxChannels
      ? VACANT
      : FULL;
  }

  #join(message: JoinMessage, predecessor: Predecessor | null): void {
    const { topic, joinRef, ref } = message;
    const kind = isTooLong(topic) || isTooLong(joinRef) ? undefined : this.#channels.match(topic);
    if (kind === undefined) {
      this.#line.scope.counters.joins.unmatched += 1;
      return this.#line.send(unmatched(topic, ref));
    }
    // Nor by taking the place of its channel, again and again.
    if (predecessor !== null && this.#lingering.size > this.#line.limits.maxChannels) {
      this.#line.scope.counters.joins.tooMany += 1;
      this.#line.send(tooMany(message));
      const last = lastWord({ type: "duplicateJoin" }, predecessor);
      if (last !== null) this.#line.send(last);
      return;
    }
    const membership = new Membership(this.#line, this, kind, topic, joinRef);
    this.#byTopic.set(topic, membership);
    membership.join(message, predecessor);
  }
}
