// One client's membership of one topic, from its join to its end: calls the channel's callbacks in
// turn, and does what they decide.
import type { JoinMessage, LeaveMessage, PushMessage, Ref, ServerMessage } from "@slipstream/core";
import type { Broadcast } from "../broadcast/broadcast.ts";
import { callFor } from "./call-for.ts";
import type { ChannelKind } from "../channel/channel-kind.ts";
import { ChannelTurns } from "./channel-turns.ts";
import { errorReply, isLeaveOf } from "./decide.ts";
import type { ChannelEnd } from "../end-reason.ts";
import { lastWord } from "./last-word.ts";
import { toWire } from "../frame.ts";
import type { Line, Topics } from "./membership-host.ts";
import { onceSettled, type Predecessor } from "./predecessor.ts";
import { ended, type Ended, type Item, type Phase } from "./membership-phase.ts";
import { MembershipSeat, type SeatOwner } from "./membership-seat.ts";
import { answeredOnce, outcomeOf, type Outcome } from "./outcome.ts";
import type { Subscriber } from "../broadcast/pub-sub.ts";
import type { PendingReply } from "../channel/late-reply.ts";
import type { Reply } from "../channel/results.ts";

export class Membership extends ChannelTurns implements SeatOwner, Predecessor {
  readonly topic: string;
  readonly joinRef: Ref | null;
  onSettled: (() => void) | null = null;
  readonly #topics: Topics;
  readonly #kind: ChannelKind;
  /** What the kind made of the channel, once it was asked to. */
  #opened: object | null = null;
  #phase: Phase = { type: "joining", held: [], predecessorsLastWord: null };
  /** The push that `handleIn` is at work on. */
  #current: PushMessage | null = null;
  later: PendingReply | null = null;

  constructor(line: Line, topics: Topics, kind: ChannelKind, topic: string, joinRef: Ref | null) {
    super(line);
    this.#topics = topics;
    this.#kind = kind;
    this.topic = topic;
    this.joinRef = joinRef;
  }

  // For the connection.

  /** What decides about the client's next message. */
  get phase(): Phase {
    return this.#phase;
  }

  /** Asks the channel: at once, or when the one that it replaces has finished, or after `closeTimeout`. */
  join(message: JoinMessage, predecessor: Predecessor | null): void {
    this.hold();
    if (predecessor === null) return this.proceed(message);
    const predecessorsLastWord = lastWord({ type: "duplicateJoin" }, predecessor);
    this.#phase = { type: "joining", held: [], predecessorsLastWord };
    if (predecessor.isSettled) return this.proceed(message);
    this.began();
    onceSettled(predecessor, this.line.limits.closeTimeout, () => {
      this.proceed(message);
      this.finished();
    });
  }

  get isSettled(): boolean {
    return this.#phase.type === "ended" && !this.isBusy;
  }

  /** Takes a message of the client, now or in its turn. */
  receive(message: JoinMessage | LeaveMessage | PushMessage, bytes: number): void {
    if (message.type === "leave" && this.#phase.type === "joined") {
      this.#phase = { type: "leaving" };
    }
    this.#enqueue(message, bytes);
  }

  /** Ends it from outside. What waits is thrown away. */
  override end(reason: ChannelEnd): void {
    if (this.#phase.type === "ended") return;
    const { counters } = this.line.scope;
    if (this.#phase.type === "joining") counters.joins.abandoned += 1;
    const phase = this.#finish(reason);
    counters.messagesDropped += phase.leftover.length;
    phase.leftover = [];
    if (!this.isBusy) return this.rest();
    phase.lingers = true;
    this.#topics.lingers(this);
  }

  /** A broadcast of its topic: sent as it is, unless the channel wants to see it first. */
  deliver(broadcast: Broadcast): void {
    const wanted = this.#kind.intercept.has(broadcast.message.event);
    if (wanted) this.#enqueue({ type: "out", broadcast }, 0);
    else this.line.deliver(broadcast);
  }

  // For the channel's seat.

  /**
   * Who is handed the broadcasts of its topic: the connection at once, where the channel wants to see
   * none. With thousands of receivers it is looking at each membership that takes its time.
   */
  get subscriber(): Subscriber {
    return this.#kind.intercept.size === 0 ? this.line : this;
  }

  get current(): PushMessage | null {
    return this.#current;
  }

  get pattern(): string {
    return this.#kind.pattern;
  }

  get isOver(): boolean {
    return this.#phase.type === "ended";
  }

  say(message: ServerMessage): void {
    switch (this.#phase.type) {
      case "joined":
      case "leaving":
        return this.line.send(message);
      case "joining":
        if (this.#phase.held.length >= this.line.limits.maxQueued) {
          throw new Error("Too much was pushed in join. Push from handleInfo: see sendInfo.");
        }
        this.#phase.held.push(toWire(this.line.serializer.encode(message)));
        return;
      case "ended":
    }
  }

  takeInfo(info: unknown): void {
    this.#enqueue({ type: "info", info }, 0);
  }

  // One thing at a time.

  #enqueue(item: Item, bytes: number): void {
    if (this.#phase.type !== "ended" && this.take(item, bytes)) return;
    this.dropped();
    // While the join is being decided there is nothing yet whose end the client would understand.
    if (this.#phase.type !== "joining") this.end({ type: "overflow" });
  }

  protected override hasCallback(item: Item): boolean {
    if (item.type === "join") return this.#phase.type === "joining";
    return item.type !== "leave" && this.#opened !== null;
  }

  protected override callback(item: Item): unknown {
    if (item.type === "join") {
      this.#opened = this.#kind.open(new MembershipSeat(this, this.line));
      return this.#kind.join(this.#opened, item.payload);
    }
    if (item.type === "push") this.#current = item;
    return this.#opened === null ? undefined : callFor(item, this.#kind, this.#opened);
  }

  protected override conclude(item: Item, value: unknown): void {
    this.#current = null;
    const { later } = this;
    this.later = null;
    // The connection ended before the channel was asked.
    if (this.#opened === null) return;
    // It waited for a join to be decided, and is about another channel than that has made.
    if (item.type === "leave" && !isLeaveOf(this.joinRef, item)) return this.dropped();
    try {
      const wasOver = this.isOver;
      const outcome = outcomeOf(item, value, this.#phase.type);
      this.#apply(item, later === null ? outcome : answeredOnce(outcome, later));
      this.told(outcome, wasOver);
    } catch (error) {
      this.fail(item, error);
    }
  }

  protected override fail(item: Item, error: unknown): void {
    this.#current = null;
    this.later = null;
    this.toldFailure(item, error);
    switch (this.#phase.type) {
      case "joined":
      case "leaving":
        this.#finish({ type: "crashed", cause: error });
        return;
      case "joining":
        if (item.type !== "join") return;
        this.line.send(errorReply(this.topic, this.joinRef, item.ref, "join crashed"));
        return this.#notJoined("crashed");
      case "ended":
        // A join that crashed after the end has set up nothing that terminate could take down.
        if (item.type === "join") this.#phase.reason = null;
    }
  }

  #apply(item: Item, outcome: Outcome): void {
    switch (outcome.type) {
      case "nothing":
        return;
      case "joined":
        this.#reply(item, { type: "reply", status: "ok", response: outcome.response });
        return this.#joined();
      case "denied":
        this.#reply(item, { type: "reply", status: "error", response: outcome.response });
        return this.#notJoined("denied");
      case "deniedTooLate":
        if (this.#phase.type === "ended") this.#phase.reason = null;
        return;
      case "replaced":
        this.#finish({ type: "duplicateJoin" }).successor = item as JoinMessage;
        return;
      case "left":
        this.#reply(item, { type: "reply", status: "ok", response: {} });
        this.#finish({ type: "left" });
        return;
      case "replied":
        return this.#reply(item, outcome.reply);
      case "stopped":
        if (outcome.reply !== null) this.#reply(item, outcome.reply);
        this.#finish({ type: "stopped", reason: outcome.reason });
    }
  }

  #joined(): void {
    const { counters, pubSub } = this.line.scope;
    const before = this.#phase;
    counters.joins.ok += 1;
    counters.channelsOpened += 1;
    this.#phase = { type: "joined", joinRef: this.joinRef };
    pubSub.subscribe(this.topic, this.subscriber);
    if (before.type !== "joining") return;
    if (before.predecessorsLastWord !== null) this.line.send(before.predecessorsLastWord);
    for (const wire of before.held) this.line.write(wire);
  }

  #notJoined(outcome: "denied" | "crashed"): void {
    const before = this.#phase;
    this.line.scope.counters.joins[outcome] += 1;
    this.#phase = ended(null, this.clear());
    this.#topics.forget(this);
    if (before.type !== "joining" || before.predecessorsLastWord === null) return;
    this.line.send(before.predecessorsLastWord);
  }

  #reply(to: Item, { status, response }: Reply<unknown>): void {
    const { topic, joinRef } = this;
    const ref = "ref" in to ? to.ref : null;
    this.line.send({ type: "reply", topic, joinRef, ref, status, response });
  }

  // The end.

  /** It is a member no longer. `terminate` is told when no callback is at work. */
  #finish(reason: ChannelEnd): Ended {
    const { counters, pubSub, presences } = this.line.scope;
    if (this.#phase.type !== "joining") {
      counters.channelEnded(reason);
      pubSub.unsubscribe(this.topic, this.subscriber);
    }
    const phase = ended(reason, this.clear());
    this.#phase = phase;
    presences.end(this);
    this.#topics.forget(this);
    // Who joins again hears of the old membership's end after the answer to the new join.
    const message = reason.type === "duplicateJoin" ? null : lastWord(reason, this);
    if (message !== null) this.line.send(message);
    return phase;
  }

  protected override rest(): void {
    const phase = this.#phase;
    if (phase.type !== "ended") return;
    if (phase.lingers) this.#topics.lingered(this);
    const { reason, successor, leftover } = phase;
    const over = ended(null, []);
    this.#phase = over;
    if (reason !== null && this.#opened !== null) this.take({ type: "terminate", reason }, 0);
    if (this.isBusy) {
      over.lingers = true;
      this.#topics.lingers(this);
    }
    if (successor !== null) this.#topics.rejoin(successor, this);
    for (const { item, weight } of leftover) {
      if (item.type === "info" || item.type === "out" || item.type === "terminate") {
        this.dropped();
      } else {
        this.#topics.dispatch(item, weight);
      }
    }
    if (!this.isBusy) this.onSettled?.();
  }
}
