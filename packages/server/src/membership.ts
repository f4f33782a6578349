// One client's membership of one topic, from its join to its end: takes its messages in order, one
// at a time, and calls the channel's callbacks. What it says goes through its host.
import type {
  CloseMessage,
  ErrorMessage,
  JoinMessage,
  LeaveMessage,
  PushMessage,
  Ref,
  ServerMessage,
} from "@slipstream/core";
import type { Broadcast } from "./broadcast.ts";
import type { ChannelSocket, LateReply, Seat } from "./channel-context.ts";
import { isThenable, type ChannelKind } from "./channel-kind.ts";
import { errorReply, type TopicState } from "./decide.ts";
import type { ChannelEnd } from "./end-reason.ts";
import { InvalidResultError, UnhandledEventError } from "./errors.ts";
import { Inbox } from "./inbox.ts";
import { PendingReply } from "./late-reply.ts";
import type { MembershipHost, Predecessor } from "./membership-host.ts";
import type { Subscriber } from "./pub-sub.ts";
import { lastWord, readJoinResult, readResult } from "./read-result.ts";

/** What waits for its turn. */
type Item =
  | JoinMessage
  | LeaveMessage
  | PushMessage
  | { readonly type: "info"; readonly info: unknown }
  | { readonly type: "out"; readonly broadcast: Broadcast };

const CHANGING: TopicState = { type: "changing" };

export class Membership implements Seat<unknown>, Subscriber, Predecessor {
  readonly topic: string;
  readonly joinRef: Ref | null;
  readonly #host: MembershipHost;
  readonly #kind: ChannelKind;
  /** What the kind made of the channel, once it was asked to. */
  #opened: object | null = null;
  #state: "joining" | "joined" | "ended" = "joining";
  /** A callback is at work. If none is, nothing waits, and an end has been told to `terminate`. */
  #busy = false;
  #topicState: TopicState = CHANGING;
  #inbox: Inbox<Item> | null = null;
  /** The push that `handleIn` is at work on. */
  #current: PushMessage | null = null;
  /** What was pushed before the join was answered. */
  #held: ServerMessage[] | null = null;
  /** The last word of the membership that this one replaces, for after the answer to the join. */
  #predecessorsLastWord: CloseMessage | ErrorMessage | null = null;
  /** Why it ended, until `terminate` has been told. */
  #untold: ChannelEnd | null = null;
  /** What waited when it ended from within: for whoever has the topic then. */
  #leftover: Item[] = [];
  /** The join that it made way for, having been taken in its turn. */
  #successor: JoinMessage | null = null;
  #lingers = false;
  #terminating = false;
  onSettled: (() => void) | null = null;

  constructor(host: MembershipHost, kind: ChannelKind, topic: string, joinRef: Ref | null) {
    this.#host = host;
    this.#kind = kind;
    this.topic = topic;
    this.joinRef = joinRef;
  }

  // For the connection.

  get state(): TopicState {
    return this.#topicState;
  }

  /** Asks the channel: at once, or when the one that it replaces has finished, or after `closeTimeout`. */
  join(message: JoinMessage, predecessor: Predecessor | null): void {
    this.#busy = true;
    if (predecessor === null) return this.#work(message);
    this.#predecessorsLastWord = lastWord({ type: "duplicateJoin" }, predecessor);
    if (predecessor.isSettled) return this.#work(message);
    const host = this.#host;
    host.began();
    const proceed = (): void => {
      clearTimeout(timer);
      predecessor.onSettled = null;
      if (this.#state === "joining") this.#work(message);
      else this.#rest();
      host.finished();
    };
    const timer = setTimeout(proceed, host.limits.closeTimeout);
    predecessor.onSettled = proceed;
  }

  get isSettled(): boolean {
    return this.#state === "ended" && !this.#busy && !this.#terminating;
  }

  /** Takes a message of the client, now or in its turn. */
  receive(message: JoinMessage | LeaveMessage | PushMessage): void {
    if (message.type === "leave") this.#topicState = CHANGING;
    this.#take(message);
  }

  /** Ends it from outside. What waits is thrown away. */
  end(reason: ChannelEnd): void {
    if (this.#state === "ended") return;
    if (this.#state === "joining") this.#host.counters.joins.abandoned += 1;
    this.#finish(reason);
    this.#host.counters.messagesDropped += this.#leftover.length;
    this.#leftover = [];
    if (this.#busy) {
      this.#lingers = true;
      this.#host.lingering += 1;
    } else {
      this.#rest();
    }
  }

  /** A broadcast of its topic: sent as it is, unless the channel wants to see it first. */
  deliver(broadcast: Broadcast): void {
    if (this.#kind.intercept.has(broadcast.message.event)) {
      return this.#take({ type: "out", broadcast });
    }
    const wire = broadcast.wire(this.#host.serializer);
    if (wire instanceof Error) this.#host.counters.undeliverable += 1;
    else this.#host.write(wire);
  }

  // For the channel.

  get socket(): ChannelSocket<unknown> {
    return this.#host.socket;
  }

  push(event: string, payload: unknown): void {
    const { topic, joinRef } = this;
    this.#sendOrHold({ type: "serverPush", topic, joinRef, event, payload });
  }

  broadcast(event: string, payload: unknown, to: "everyone" | "others"): void {
    this.#host.pubSub.broadcast(this.topic, event, payload, to === "others" ? this : null);
  }

  sendInfo(info: unknown): void {
    this.#take({ type: "info", info });
  }

  replyLater(): LateReply {
    if (this.#current === null) {
      throw new Error("replyLater() can only be called while handleIn is at work on a push.");
    }
    return new PendingReply(this.topic, this.joinRef, this.#current.ref, (message) => {
      if (this.#state !== "joined" || !this.#host.isOpen) return false;
      this.#host.send(message);
      return true;
    });
  }

  drained(): Promise<void> {
    return this.#host.drained();
  }

  // One at a time.

  #take(item: Item): void {
    if (this.#state === "ended") {
      this.#host.counters.messagesDropped += 1;
    } else if (!this.#busy) {
      this.#busy = true;
      this.#work(item);
    } else {
      this.#inbox ??= new Inbox(this.#host.limits.maxQueued);
      if (this.#inbox.offer(item)) return;
      this.#host.counters.messagesDropped += 1;
      // A client that floods a join which is being decided has nothing yet that could be ended.
      if (this.#state === "joined") this.end({ type: "overflow" });
    }
  }

  /** Works on `first` and on all that waits behind it, until a callback takes its time. */
  #work(first: Item | undefined): void {
    for (let item = first; item !== undefined; item = this.#inbox?.take()) {
      let result: unknown;
      try {
        result = this.#call(item);
      } catch (error) {
        this.#crash(item, error);
        continue;
      }
      if (isThenable(result)) return this.#await(item, result);
      this.#conclude(item, result);
    }
    this.#rest();
  }

  #await(item: Item, result: PromiseLike<unknown>): void {
    const host = this.#host;
    host.began();
    const resume = (): void => {
      this.#work(this.#inbox?.take());
      host.finished();
    };
    result.then(
      (value) => {
        this.#conclude(item, value);
        resume();
      },
      (error: unknown) => {
        this.#crash(item, error);
        resume();
      },
    );
  }

  #call(item: Item): unknown {
    switch (item.type) {
      case "join":
        // While joined, this is a join that came behind a leave or another join: see #conclude.
        if (this.#state !== "joining") return undefined;
        this.#opened = this.#kind.open(this);
        return this.#kind.join(this.#opened, item.payload);
      case "push":
        this.#current = item;
        return this.#kind.handleIn(this.#opened as object, item);
      case "info":
        return this.#kind.handleInfo(this.#opened as object, item.info);
      case "out":
        return this.#kind.handleOut(this.#opened as object, item.broadcast.message);
      case "leave":
        return undefined;
    }
  }

  /** Does what the callback decided. */
  #conclude(item: Item, value: unknown): void {
    this.#current = null;
    try {
      switch (item.type) {
        case "join":
          return this.#state === "joined" ? this.#replaced(item) : this.#joinDecided(item, value);
        case "leave":
          this.#reply(item.ref, "ok", {});
          return this.#finish({ type: "left" });
        case "push":
          return this.#pushDecided(item, value);
        case "info":
        case "out":
          return this.#decided(value);
      }
    } catch (error) {
      this.#crash(item, error);
    }
  }

  #joinDecided(item: JoinMessage, value: unknown): void {
    const result = readJoinResult(value);
    if (result === null) throw new InvalidResultError("join", "ok(…) or deny(…)");
    if (this.#state === "ended") {
      // It came too late. What a granted join set up is taken down in terminate.
      if (result.type === "denied") this.#untold = null;
      return;
    }
    this.#reply(item.ref, result.type === "ok" ? "ok" : "error", result.response);
    this.#host.counters.joins[result.type] += 1;
    if (result.type === "denied") return this.#notJoined();
    this.#state = "joined";
    this.#topicState = { type: "joined", joinRef: this.joinRef };
    this.#host.counters.channelsOpened += 1;
    this.#host.pubSub.subscribe(this.topic, this);
    this.#sayPredecessorsLastWord();
    const held = this.#held ?? [];
    this.#held = null;
    for (const message of held) this.#host.send(message);
  }

  #pushDecided(item: PushMessage, value: unknown): void {
    if (this.#state === "ended") return;
    if (value === undefined) throw new UnhandledEventError();
    const result = readResult(value);
    switch (result?.type) {
      case undefined:
        throw new InvalidResultError("handleIn", "reply(…), noreply() or stop(…)");
      case "noreply":
        return;
      case "reply":
        return this.#reply(item.ref, result.status, result.response);
      case "stop":
        if (result.reply !== null)
          this.#reply(item.ref, result.reply.status, result.reply.response);
        return this.#finish({ type: "stopped", reason: result.reason });
    }
  }

  #decided(value: unknown): void {
    if (this.#state === "ended") return;
    const result = readResult(value);
    if (result === null || result.type === "reply") {
      throw new InvalidResultError("handleInfo or handleOut", "noreply() or stop(…)");
    }
    if (result.type === "stop") this.#finish({ type: "stopped", reason: result.reason });
  }

  // The end.

  #crash(item: Item, error: unknown): void {
    this.#current = null;
    const { topic } = this;
    const event = item.type === "push" ? item.event : item.type;
    this.#host.logger.error?.(`The channel ${topic} crashed at ${event}.`, error);
    if (this.#state === "joined") return this.#finish({ type: "crashed", cause: error });
    if (item.type !== "join") return;
    if (this.#state === "ended") {
      this.#untold = null;
      return;
    }
    this.#host.counters.joins.crashed += 1;
    this.#host.send(errorReply(topic, this.joinRef, item.ref, "join crashed"));
    this.#notJoined();
  }

  #notJoined(): void {
    this.#sayPredecessorsLastWord();
    this.#state = "ended";
    this.#host.forget(this);
    this.#leftover = this.#inbox?.empty() ?? [];
  }

  #replaced(item: JoinMessage): void {
    this.#finish({ type: "duplicateJoin" });
    this.#successor = item;
  }

  /** It is a member no longer. `terminate` is told when no callback is at work. */
  #finish(reason: ChannelEnd): void {
    if (this.#state === "joined") this.#host.counters.channelEnded(reason);
    this.#state = "ended";
    this.#untold = reason;
    this.#held = null;
    this.#leftover = this.#inbox?.empty() ?? [];
    this.#host.pubSub.unsubscribe(this.topic, this);
    this.#host.forget(this);
    // Who joins again hears of the old membership's end after the answer to the new join.
    const message = reason.type === "duplicateJoin" ? null : lastWord(reason, this);
    if (message !== null) this.#host.send(message);
  }

  /** No callback is at work. */
  #rest(): void {
    this.#busy = false;
    if (this.#state !== "ended") return;
    if (this.#lingers) {
      this.#lingers = false;
      this.#host.lingering -= 1;
    }
    this.#terminate();
    const successor = this.#successor;
    const leftover = this.#leftover;
    this.#successor = null;
    this.#leftover = [];
    if (successor !== null) this.#host.rejoin(successor, this);
    for (const item of leftover) {
      if (item.type === "info" || item.type === "out") this.#host.counters.messagesDropped += 1;
      else this.#host.dispatch(item);
    }
    if (!this.#terminating) this.onSettled?.();
  }

  #terminate(): void {
    const reason = this.#untold;
    this.#untold = null;
    if (reason === null || this.#opened === null) return;
    try {
      const result = this.#kind.terminate(this.#opened, reason);
      if (isThenable(result)) this.#awaitTerminate(result);
    } catch (error) {
      this.#terminateFailed(error);
    }
  }

  #awaitTerminate(result: PromiseLike<unknown>): void {
    this.#terminating = true;
    this.#host.began();
    const done = (): void => {
      this.#terminating = false;
      this.onSettled?.();
      this.#host.finished();
    };
    result.then(done, (error: unknown) => {
      this.#terminateFailed(error);
      done();
    });
  }

  #terminateFailed(error: unknown): void {
    this.#host.logger.error?.(`The terminate of the channel ${this.topic} failed.`, error);
  }

  // Sending.

  #reply(ref: Ref | null, status: string, response: unknown): void {
    const { topic, joinRef } = this;
    this.#host.send({ type: "reply", topic, joinRef, ref, status, response });
  }

  #sendOrHold(message: ServerMessage): void {
    if (this.#state === "joined") return this.#host.send(message);
    if (this.#state === "ended") return;
    this.#held ??= [];
    if (this.#held.length >= this.#host.limits.maxQueued) {
      throw new Error("Too much was pushed in join. Push from handleInfo, after sendInfo in join.");
    }
    this.#held.push(message);
  }

  #sayPredecessorsLastWord(): void {
    if (this.#predecessorsLastWord !== null) this.#host.send(this.#predecessorsLastWord);
    this.#predecessorsLastWord = null;
  }
}
