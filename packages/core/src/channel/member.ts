// What a transition of a channel may look at and do.
import type { Context } from "../context.ts";
import type { Pushes } from "../push/pushes.ts";
import type { ChannelState } from "./state.ts";

export interface Member<C, P> {
  readonly context: Context<C, P>;
  readonly topic: string;
  /** The program's own object for this channel. */
  readonly owner: C;
  readonly pushes: Pushes<C, P>;
  /** When the membership began, in ms of the session's clock. */
  readonly joinedAt: number;
  /** How long the leave under way may take, in ms. */
  leaveTimeout: number;
  /** Takes the topic for this channel. False if another channel of the session has it. */
  claimTopic(): boolean;
  /** Tells the program of a state that is over as soon as it began. */
  announce(state: ChannelState): void;
  /** Sends the join that `joinRef` names. */
  sendJoin(joinRef: string, payload: unknown): void;
  /** Asks the server to end the membership, and returns the ref by which it will answer. */
  sendLeave(joinRef: string): string;
}
