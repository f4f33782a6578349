// One channel of a session: routes what the server says about its topic, and does what entering a
// state always brings with it. Which state follows which is for table.ts alone.
import type { Context } from "../context.ts";
import type {
  BroadcastMessage,
  Ref,
  ReplyMessage,
  ServerMessage,
  ServerPushMessage,
} from "../message.ts";
import type { SmallMap } from "../small-map.ts";
import type { ChannelInput } from "./input.ts";
import { Member } from "./member.ts";
import { lossBy, refusal, type ChannelState, type ChannelStateOf } from "./state.ts";
import { transition } from "./table.ts";

/** The channels of a session by topic: those that the server may know of, or soon will. */
export type Directory<C, P> = SmallMap<ChannelMachine<C, P>>;

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
    if (holder !== undefined && holder !== this) return false;
    this.#directory.set(this.topic, this);
    return true;
  }

  handle(input: ChannelInput<P>): void {
    const previous = this.#state;
    const next = transition(this, previous, input);
    if (next !== previous) this.#enter(previous, next);
  }

  override expire(): void {
    this.handle({ type: "deadlinePassed" });
  }

  /** Takes a message of this topic to the state or the push that it concerns, or to nobody. */
  receive(message: ServerMessage): void {
    switch (message.type) {
      case "reply":
        this.#receiveReply(message);
        return;
      case "close":
        if (this.#isCurrent(message.joinRef)) this.handle({ type: "channelClosed" });
        else this.context.ignore("lateClose");
        return;
      case "error":
        if (this.#isCurrent(message.joinRef)) this.handle({ type: "channelCrashed" });
        else this.context.ignore("staleJoinRef");
        return;
      case "serverPush":
        if (this.#isCurrent(message.joinRef)) this.#deliver(message);
        else this.context.ignore("staleJoinRef");
        return;
      case "broadcast":
        this.#deliver(message);
    }
  }

  /** A member gets what is said. That changes no state, and is most of what a session does. */
  #deliver(message: ServerPushMessage | BroadcastMessage): void {
    if (this.#state.type !== "joined") this.context.ignore("notJoined");
    else this.context.emit({ type: "messageReceived", channel: this.owner, message });
  }

  #receiveReply(reply: ReplyMessage): void {
    const state = this.#state;
    if (state.type === "leaving" && reply.ref === state.leaveRef) {
      this.handle({ type: "leaveAnswered" });
    } else if (this.#awaitsJoin(state) && reply.ref === state.joinRef) {
      this.handle({ type: "joinAnswered", reply });
    } else {
      this.pushes.receive(reply);
    }
  }

  /** Whether the server has been asked to join and has not answered as far as we know. */
  #awaitsJoin(state: ChannelState): state is ChannelStateOf<"joining" | "leaving"> {
    return state.type === "leaving" || (state.type === "joining" && state.step === "reply");
  }

  /** Whether `joinRef` names the membership at hand. V1 names none: null is whichever there is. */
  #isCurrent(joinRef: Ref | null): boolean {
    const state = this.#state;
    switch (state.type) {
      case "joining":
        // What comes before the answer to the join and names nothing is about a membership before.
        return state.step === "reply" && joinRef === state.joinRef;
      case "joined":
      case "leaving":
        return joinRef === null || joinRef === state.joinRef;
      case "idle":
      case "waiting":
      case "left":
      case "errored":
        return false;
    }
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
    switch (state.type) {
      case "waiting":
        return state.for === "delay" ? state.delay : Infinity;
      case "joining":
        return this.context.options.joinTimeout;
      case "leaving":
        return this.leaveTimeout;
      case "idle":
      case "joined":
      case "left":
      case "errored":
        return Infinity;
    }
  }
}

/** Whether the topic is taken: the server knows of the channel, or soon will. */
function isAttached(state: ChannelState): boolean {
  switch (state.type) {
    case "idle":
    case "left":
    case "errored":
      return false;
    case "waiting":
    case "joining":
    case "joined":
    case "leaving":
      return true;
  }
}
