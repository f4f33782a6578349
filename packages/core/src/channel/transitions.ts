// What a channel does in answer to an input, where that takes more than a word in table.ts.
import type { ChannelEndReason } from "../end-reason.ts";
import { STABLE_AFTER } from "../retry.ts";
import type { ChannelInputOf } from "./input.ts";
import type { Member } from "./member.ts";
import { refusal, type ChannelState, type ChannelStateOf } from "./state.ts";

const LEFT: ChannelState = { type: "left", by: "leave", confirmed: true };
const DISCONNECTED: ChannelState = { type: "left", by: "disconnect" };

/** What a new series of attempts starts with. */
const FROM_SCRATCH = { attempt: 0, again: false, cause: null };

/** Nothing to do, nothing to change. */
export const stay = <C, P, S extends ChannelState>(_channel: Member<C, P>, state: S): S => state;

/** The server knows of no membership that would have to be ended. */
export const leaveAtOnce = (): ChannelState => LEFT;

export function join<C, P>(channel: Member<C, P>): ChannelState {
  if (!channel.claimTopic()) return { type: "errored", reason: { type: "duplicate" } };
  return start(channel, FROM_SCRATCH);
}

/** Begins to join if there is a connection, and waits for one otherwise. */
export function start<C, P>(
  { context, owner }: Member<C, P>,
  { attempt, again, cause }: { attempt: number; again: boolean; cause: ChannelEndReason | null },
): ChannelState {
  if (!context.open) return waiting("connection", 0, attempt, again, cause);
  const joinRef = context.nextRef();
  context.emit({ type: "resolveParams", channel: owner, joinRef });
  return { type: "joining", step: "params", joinRef, attempt, again };
}

const waiting = (
  what: "connection" | "delay",
  delay: number,
  attempt: number,
  again: boolean,
  cause: ChannelEndReason | null,
): ChannelState => ({ type: "waiting", for: what, delay, attempt, again, cause });

type Begun = ChannelStateOf<"joining" | "joined">;

/** A join failed or a membership ended: the policy says what comes next. */
export function retry<C, P>(
  channel: Member<C, P>,
  state: Begun,
  cause: ChannelEndReason,
): ChannelState {
  const { rejoin, random } = channel.context.options;
  const attempt = attemptAfter(channel, state);
  const again = isRejoin(state);
  const delay = rejoin({ attempt, cause, again, random });
  return delay === false
    ? { type: "errored", reason: cause }
    : waiting("delay", delay, attempt + 1, again, cause);
}

export const crashed = <C, P>(channel: Member<C, P>, state: Begun): ChannelState =>
  retry(channel, state, { type: "crashed" });

export const closed = <C, P>(channel: Member<C, P>, state: Begun): ChannelState =>
  retry(channel, state, { type: "closed" });

/** The connection is gone. No attempt is counted: nothing was wrong with the membership. */
export const awaitConnection = <C, P>(
  channel: Member<C, P>,
  state: Begun,
  { reason }: ChannelInputOf<P, "connectionLost">,
): ChannelState =>
  waiting("connection", 0, attemptAfter(channel, state), isRejoin(state), {
    type: "disconnected",
    reason,
  });

/** Whether what is tried next has worked before. */
const isRejoin = (state: Begun): boolean => state.type === "joined" || state.again;

/** The attempt count after a membership: a stable one makes it count from 0 again. */
function attemptAfter<C, P>({ context, joinedAt }: Member<C, P>, state: Begun): number {
  const stable = state.type === "joined" && context.now - joinedAt >= STABLE_AFTER;
  return stable ? 0 : state.attempt;
}

export function leave<C, P>(
  channel: Member<C, P>,
  { joinRef }: Begun,
  { timeout }: ChannelInputOf<P, "leaveTopic">,
): ChannelState {
  channel.leaveTimeout = timeout;
  return { type: "leaving", joinRef, leaveRef: channel.sendLeave(joinRef), then: "stay" };
}

/** The leave is over, one way or the other; a join may have been asked for meanwhile. */
export function afterLeave<C, P>(
  channel: Member<C, P>,
  { then }: ChannelStateOf<"leaving">,
  result: ChannelState,
): ChannelState {
  if (then === "stay") return result;
  channel.announce(result);
  return start(channel, FROM_SCRATCH);
}

export const leaveIsOver = <C, P>(
  channel: Member<C, P>,
  state: ChannelStateOf<"leaving">,
): ChannelState => afterLeave(channel, state, LEFT);

/** The whole session ended: nothing can be answered any more. */
export function endWithSession<C, P>(
  { pushes }: Member<C, P>,
  _state: ChannelState,
  { reason }: ChannelInputOf<P, "sessionEnded">,
): ChannelState {
  pushes.failInFlight("disconnected");
  pushes.failQueued("disconnected");
  if (reason.type === "requested") return DISCONNECTED;
  return { type: "errored", reason: { type: "disconnected", reason } };
}

/** The same while leaving: the leave is over, whatever ended the session, and whoever waits for it is told. */
export function endLeaveWithSession<C, P>(
  channel: Member<C, P>,
  state: ChannelStateOf<"leaving">,
  input: ChannelInputOf<P, "sessionEnded">,
): ChannelState {
  const next = endWithSession(channel, state, input);
  if (state.then === "stay") return LEFT;
  channel.announce(LEFT);
  return next;
}

export function refusePush<C, P, S extends ChannelState>(
  { context, pushes }: Member<C, P>,
  state: S,
  { push }: ChannelInputOf<P, "pushMessage">,
): S {
  pushes.fail(push, refusal(state, context) ?? "notJoined");
  return state;
}

export function queuePush<C, P, S extends ChannelState>(
  { pushes }: Member<C, P>,
  state: S,
  { push }: ChannelInputOf<P, "pushMessage">,
): S {
  pushes.enqueue(push);
  return state;
}
