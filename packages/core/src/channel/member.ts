// What a transition of a channel may look at and do. Nothing here decides anything.
import type { Context } from "../context.ts";
import type { Deadline } from "../deadlines.ts";
import { Pushes } from "../push/pushes.ts";
import type { ChannelState } from "./state.ts";

export abstract class Member<C, P> implements Deadline {
  at: number = 0;
  slot: number = -1;
  readonly context: Context<C, P>;
  readonly topic: string;
  /** The program's own object for this channel. */
  readonly owner: C;
  readonly pushes: Pushes<C, P>;
  /** When the membership began, in ms of the session's clock. */
  joinedAt: number = 0;
  /** How long the leave under way may take, in ms. */
  leaveTimeout: number = 0;

  constructor(context: Context<C, P>, topic: string, owner: C) {
    this.context = context;
    this.topic = topic;
    this.owner = owner;
    this.pushes = new Pushes(context);
  }

  /** Takes the topic for this channel. False if another channel of the session has it. */
  abstract claimTopic(): boolean;
  abstract expire(): void;

  /** Tells the program of a state that is over as soon as it began. */
  announce(state: ChannelState): void {
    this.context.emit({ type: "channelChanged", channel: this.owner, state });
  }

  /** Sends the join that `joinRef` names. */
  sendJoin(joinRef: string, payload: unknown): void {
    const { topic } = this;
    this.context.send({ type: "join", topic, joinRef, ref: joinRef, payload });
  }

  /** Asks the server to end the membership, and returns the ref by which it will answer. */
  sendLeave(joinRef: string): string {
    const { topic } = this;
    const ref = this.context.nextRef();
    this.context.send({ type: "leave", topic, joinRef, ref, payload: {} });
    return ref;
  }
}
