// One channel of a session: routes what the server says about its topic, and does what entering a
// state always brings with it. Which state follows which is for table.ts alone.
import type { Context } from "../context.ts";
import type { Ref, ServerMessage } from "../message.ts";
import type { ChannelInput } from "./input.ts";
import { Member } from "./member.ts";
import { lossBy, refusal, type ChannelState } from "./state.ts";
import { transition } from "./table.ts";

/** How long after a leave the server's `phx_close` is expected, in ms. */
const LATE_CLOSE = 10_000;

/** The channels of a session by topic: those that the server may know of, or soon will. */
export type Directory<C, P> = Map<string, ChannelMachine<C, P>>;

export class ChannelMachine<C, P> extends Member<C, P> {
  readonly #directory: Directory<C, P>;
  #state: ChannelState = { type: "idle" };

  constructor(context: Context<C, P>, directory: Directory<C, P>, topic: string, owner: C) {
    super(context, topic, owner);
    this.#directory = directory;
  }

  get state(): ChannelState {
    return this.#state;
  }

  override claimTopic(): boolean {
    const holder = this.#directory.get(this.topic);
    if (holder !== undefined && holder !== this && holder.#isAttached(holder.state)) return false;
    this.#directory.set(this.topic, this);
    return true;
  }

  handle(input: ChannelInput<P>): void {
    const previous = this.#state;
    const next = transition(this, previous, input);
    if (next !== previous) this.#enter(previous, next);
    else if (next.type === "left") this.#release(next);
  }

  override expire(): void {
    this.handle({ type: "deadlinePassed" });
  }

  /** Takes a message of this topic to the state or the push that it concerns, or to nobody. */
  receive(message: ServerMessage): void {
    if (message.type === "reply") {
      const answers = this.#answeredBy(message.ref);
      if (answers === "join") this.handle({ type: "joinAnswered", reply: message });
      else if (answers === "leave") this.handle({ type: "leaveAnswered" });
      else this.pushes.receive(message);
      return;
    }
    if (message.type !== "broadcast" && !this.#isCurrent(message.joinRef)) {
      this.context.ignore("staleJoinRef");
      return;
    }
    switch (message.type) {
      case "close":
        this.handle({ type: "channelClosed" });
        return;
      case "error":
        this.handle({ type: "channelCrashed" });
        return;
      case "serverPush":
      case "broadcast":
        this.handle({ type: "messageArrived", message });
    }
  }

  #answeredBy(ref: Ref | null): "join" | "leave" | "push" {
    const state = this.#state;
    if (state.type === "joining") return ref === state.joinRef ? "join" : "push";
    if (state.type !== "leaving") return "push";
    if (ref === state.leaveRef) return "leave";
    return ref === state.joinRef ? "join" : "push";
  }

  #isCurrent(joinRef: Ref | null): boolean {
    // V1 names no membership: every message counts as the current one's.
    if (joinRef === null) return true;
    const state = this.#state;
    switch (state.type) {
      case "joining":
      case "joined":
      case "leaving":
        return joinRef === state.joinRef;
      case "left":
        return joinRef === this.awaitsCloseOf;
      case "idle":
      case "waiting":
      case "errored":
        return false;
    }
  }

  #enter(previous: ChannelState, next: ChannelState): void {
    this.#state = next;
    this.context.deadlines.set(this, this.context.now + this.#patience(next));
    if (previous.type === "joined") this.pushes.failInFlight(lossBy(next));
    this.announce(next);
    if (next.type === "joined") {
      this.joinedAt = this.context.now;
      for (const push of this.pushes.dequeueAll()) {
        this.pushes.send(push, this.topic, next.joinRef);
      }
      return;
    }
    const refused = refusal(next);
    if (refused !== null) this.pushes.failQueued(refused);
    this.#release(next);
  }

  /** Gives the topic back once the server has nothing more to say about it. */
  #release(state: ChannelState): void {
    if (!this.#isAttached(state) && this.#directory.get(this.topic) === this) {
      this.#directory.delete(this.topic);
      this.context.deadlines.clear(this);
    }
  }

  #isAttached(state: ChannelState): boolean {
    switch (state.type) {
      case "idle":
      case "errored":
        return false;
      case "left":
        return this.awaitsCloseOf !== null;
      case "waiting":
      case "joining":
      case "joined":
      case "leaving":
        return true;
    }
  }

  /** How long a state may last before its deadline passes, in ms. */
  #patience(state: ChannelState): number {
    switch (state.type) {
      case "waiting":
        return state.for === "delay" ? state.delay : Infinity;
      case "joining":
        return this.context.options.joinTimeout;
      case "leaving":
        return this.leaveTimeout;
      case "left":
        return this.awaitsCloseOf === null ? Infinity : LATE_CLOSE;
      case "idle":
      case "joined":
      case "errored":
        return Infinity;
    }
  }
}
