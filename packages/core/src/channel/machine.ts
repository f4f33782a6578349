// One channel of a session: routes what the server says about its topic, and does what entering a
// state always brings with it. Which state follows which is for table.ts alone.
import type { Context } from "../context.ts";
import type { Ref, ReplyMessage, ServerMessage } from "../message.ts";
import type { Deadline } from "../deadlines.ts";
import { Pushes } from "../push/pushes.ts";
import type { SmallMap } from "../small-map.ts";
import type { ChannelInput } from "./input.ts";
import type { Member } from "./member.ts";
import { isAttached, lossBy, refusal, type ChannelState } from "./state.ts";
import { transition } from "./table.ts";

/** The channels of a session by topic: those that the server may know of, or soon will. */
export type Directory<C, P> = SmallMap<ChannelMachine<C, P>>;

export class ChannelMachine<C, P> implements Member<C, P>, Deadline {
  at: number = 0;
  slot: number = -1;
  readonly context: Context<C, P>;
  readonly topic: string;
  readonly owner: C;
  readonly pushes: Pushes<C, P>;
  joinedAt: number = 0;
  leaveTimeout: number = 0;
  /** How long each half of its joins may take, in ms. At first the session's `joinTimeout`. */
  joinPatience: number;
  readonly #directory: Directory<C, P>;
  #state: ChannelState = { type: "idle" };

  constructor(context: Context<C, P>, directory: Directory<C, P>, topic: string, owner: C) {
    this.context = context;
    this.topic = topic;
    this.owner = owner;
    this.pushes = new Pushes(context);
    this.joinPatience = context.options.joinTimeout;
    this.#directory = directory;
  }

  get state(): ChannelState {
    return this.#state;
  }

  claimTopic(): boolean {
    const holder = this.#directory.get(this.topic);
    if (holder !== undefined && holder !== this) return false;
    this.#directory.set(this.topic, this);
    return true;
  }

  handle(input: ChannelInput<P>): void {
    const previous = this.#state;
    const next = transition(this, previous, input);
    if (next !== previous) this.#enter(previous, next);
  }

  announce(state: ChannelState): void {
    this.context.emit({ type: "channelChanged", channel: this.owner, state });
  }

  sendJoin(joinRef: string, payload: unknown): void {
    const { topic } = this;
    this.context.send({ type: "join", topic, joinRef, ref: joinRef, payload });
  }

  sendLeave(joinRef: string): string {
    const { topic } = this;
    const ref = this.context.nextRef();
    this.context.send({ type: "leave", topic, joinRef, ref, payload: {} });
    return ref;
  }

  expire(): void {
    this.handle({ type: "deadlinePassed" });
  }

  /** Takes a message of this topic to the state or the push that it concerns, or to nobody. */
  receive(message: ServerMessage): void {
    const { type } = message;
    if (type === "reply") return this.#receiveReply(message);
    const isClose = type === "close";
    if (type !== "broadcast" && !this.#isCurrent(message.joinRef)) {
      this.context.ignore(isClose ? "lateClose" : "staleJoinRef");
    } else if (isClose || type === "error") {
      this.handle({ type: isClose ? "channelClosed" : "channelCrashed" });
    } else if (this.#state.type === "joined") {
      // A member gets what is said. That changes no state, and is most of what a session does.
      this.context.emit({ type: "messageReceived", channel: this.owner, message });
    } else {
      this.context.ignore("notJoined");
    }
  }

  #receiveReply(reply: ReplyMessage): void {
    const state = this.#state;
    const { ref } = reply;
    // Whoever leaves may have asked to join before, and has then not been answered either.
    const asked = state.type === "leaving" || (state.type === "joining" && state.step === "reply");
    if (state.type === "leaving" && ref === state.leaveRef) this.handle({ type: "leaveAnswered" });
    else if (asked && ref === state.joinRef) this.handle({ type: "joinAnswered", reply });
    else this.pushes.receive(reply);
  }

  /** Whether `joinRef` names the membership at hand. V1 names none: null is whichever there is. */
  #isCurrent(joinRef: Ref | null): boolean {
    const state = this.#state;
    if (!("joinRef" in state)) return false;
    // What comes before the answer to the join and names nothing is about a membership before.
    if (state.type === "joining" && (state.step === "params" || joinRef === null)) return false;
    return joinRef === null || joinRef === state.joinRef;
  }

  #enter(previous: ChannelState, next: ChannelState): void {
    this.#state = next;
    // A change of mind about what follows a leave does not make the leave last longer.
    if (previous.type !== "leaving" || next.type !== "leaving") {
      this.context.deadlines.set(this, this.context.now + this.#patience(next));
    }
    if (previous.type === "joined") this.pushes.failInFlight(lossBy(next));
    this.announce(next);
    if (next.type === "joined") {
      this.joinedAt = this.context.now;
      for (const push of this.pushes.dequeueAll()) {
        this.pushes.send(push, this.topic, next.joinRef);
      }
      return;
    }
    const refused = refusal(next, this.context);
    if (refused !== null) this.pushes.failQueued(refused);
    if (!isAttached(next) && this.#directory.get(this.topic) === this) {
      this.#directory.delete(this.topic);
    }
  }

  /** How long a state may last before its deadline passes, in ms. */
  #patience(state: ChannelState): number {
    if (state.type === "joining") return this.joinPatience;
    if (state.type === "leaving") return this.leaveTimeout;
    return state.type === "waiting" && state.for === "delay" ? state.delay : Infinity;
  }
}
