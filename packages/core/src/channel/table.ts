// Every state of a channel and everything that can happen in it: what is done, and which state
// comes next. A pair that is missing does not compile.
import type { ChannelEndReason } from "../end-reason.ts";
import { STABLE_AFTER } from "../retry.ts";
import type { ChannelInput, ChannelInputOf } from "./input.ts";
import type { Member } from "./member.ts";
import { refusal, type ChannelState, type ChannelStateOf } from "./state.ts";

type Tag = ChannelState["type"];
type InputTag = ChannelInput<unknown>["type"];

/** Does what `input` calls for in `state`, and returns the state that follows. */
type Transition<S extends Tag, I extends InputTag> = <C, P>(
  channel: Member<C, P>,
  state: ChannelStateOf<S>,
  input: ChannelInputOf<P, I>,
) => ChannelState;

type Row<S extends Tag> = { readonly [I in InputTag]: Transition<S, I> };
type Table = { readonly [S in Tag]: Row<S> };

const LEFT: ChannelState = { type: "left", confirmed: true };

/** Nothing to do, nothing to change. */
const stay = <C, P, S extends ChannelState>(_channel: Member<C, P>, state: S): S => state;

/** Neither this state nor the server is waiting for that. */
const left = (): ChannelState => LEFT;

function join<C, P>(channel: Member<C, P>): ChannelState {
  if (!channel.claimTopic()) return { type: "errored", reason: { type: "duplicate" } };
  channel.awaitsCloseOf = null;
  return start(channel, { attempt: 0, again: false, cause: null });
}

/** Begins to join if there is a connection, and waits for one otherwise. */
function start<C, P>(
  { context, owner }: Member<C, P>,
  { attempt, again, cause }: { attempt: number; again: boolean; cause: ChannelEndReason | null },
): ChannelState {
  if (!context.open) {
    return { type: "waiting", for: "connection", delay: 0, attempt, again, cause };
  }
  const joinRef = context.nextRef();
  context.emit({ type: "resolveParams", channel: owner, joinRef });
  return { type: "joining", step: "params", joinRef, attempt, again };
}

/** A join failed or a membership ended: the policy says what comes next. */
function retry<C, P>(
  { context, joinedAt }: Member<C, P>,
  state: ChannelStateOf<"joining" | "joined">,
  cause: ChannelEndReason,
): ChannelState {
  const wasMember = state.type === "joined";
  const stable = wasMember && context.now - joinedAt >= STABLE_AFTER;
  const attempt = stable ? 0 : state.attempt;
  const again = wasMember || state.again;
  const delay = context.options.rejoin({ attempt, cause, again, random: context.random });
  if (delay === false) return { type: "errored", reason: cause };
  return { type: "waiting", for: "delay", delay, attempt: attempt + 1, again, cause };
}

const crashed = <C, P>(channel: Member<C, P>, state: ChannelStateOf<"joining" | "joined">) =>
  retry(channel, state, { type: "crashed" });

const closed = <C, P>(channel: Member<C, P>, state: ChannelStateOf<"joining" | "joined">) =>
  retry(channel, state, { type: "closed" });

/** The leave is over, one way or the other; a join may have been asked for meanwhile. */
function afterLeave<C, P>(
  channel: Member<C, P>,
  { then }: ChannelStateOf<"leaving">,
  result: ChannelState,
): ChannelState {
  if (then === "stay") return result;
  channel.announce(result);
  return start(channel, { attempt: 0, again: false, cause: null });
}

const leaveIsOver = <C, P>(channel: Member<C, P>, state: ChannelStateOf<"leaving">) =>
  afterLeave(channel, state, LEFT);

function leave<C, P>(
  channel: Member<C, P>,
  { joinRef }: ChannelStateOf<"joining" | "joined">,
  { timeout }: { timeout: number },
): ChannelState {
  channel.leaveTimeout = timeout;
  return { type: "leaving", joinRef, leaveRef: channel.sendLeave(joinRef), then: "stay" };
}

function refusePush<C, P, S extends ChannelState>(
  channel: Member<C, P>,
  state: S,
  { push }: ChannelInputOf<P, "pushMessage">,
): S {
  channel.pushes.fail(push, refusal(state) ?? "notJoined");
  return state;
}

function queuePush<C, P, S extends ChannelState>(
  channel: Member<C, P>,
  state: S,
  { push }: ChannelInputOf<P, "pushMessage">,
): S {
  channel.pushes.enqueue(push);
  return state;
}

function ignoreMessage<C, P, S extends ChannelState>(channel: Member<C, P>, state: S): S {
  channel.context.ignore("notJoined");
  return state;
}

/** The whole session ended: nothing can be answered any more. */
function endWithSession<C, P>(
  { pushes }: Member<C, P>,
  _state: ChannelState,
  { reason }: ChannelInputOf<P, "sessionEnded">,
): ChannelState {
  pushes.failInFlight("disconnected");
  pushes.failQueued("disconnected");
  if (reason.type === "requested") return LEFT;
  return { type: "errored", reason: { type: "disconnected", reason } };
}

function forgetClose<C, P, S extends ChannelState>(channel: Member<C, P>, state: S): S {
  channel.awaitsCloseOf = null;
  return state;
}

/** In these states the server knows nothing of the channel, so that most inputs cannot happen. */
const outside = {
  connectionOpened: stay,
  connectionLost: stay,
  paramsResolved: stay,
  paramsFailed: stay,
  joinUnsendable: stay,
  joinAnswered: stay,
  leaveAnswered: stay,
  messageArrived: ignoreMessage,
} as const;

const table: Table = {
  idle: {
    ...outside,
    joinTopic: join,
    leaveTopic: left,
    pushMessage: refusePush,
    sessionEnded: stay,
    channelClosed: stay,
    channelCrashed: stay,
    deadlinePassed: stay,
  },
  waiting: {
    ...outside,
    joinTopic: (channel, state) => (state.for === "delay" ? start(channel, state) : state),
    leaveTopic: left,
    pushMessage: queuePush,
    connectionOpened: (channel, state) =>
      state.for === "connection" ? start(channel, state) : state,
    sessionEnded: endWithSession,
    channelClosed: stay,
    channelCrashed: stay,
    deadlinePassed: start,
  },
  joining: {
    joinTopic: stay,
    leaveTopic: (channel, state, input) =>
      state.step === "params" ? LEFT : leave(channel, state, input),
    pushMessage: queuePush,
    connectionOpened: stay,
    connectionLost: (_channel, { attempt, again }, { reason }) => ({
      type: "waiting",
      for: "connection",
      delay: 0,
      attempt,
      again,
      cause: { type: "disconnected", reason },
    }),
    sessionEnded: endWithSession,
    paramsResolved: (channel, state, { joinRef, params }) => {
      // The params of an attempt that is over may still come: they belong to nobody.
      if (joinRef !== state.joinRef || state.step !== "params") return state;
      channel.sendJoin(joinRef, params);
      return { ...state, step: "reply" };
    },
    paramsFailed: (channel, state, { joinRef, cause }) => {
      if (joinRef !== state.joinRef || state.step !== "params") return state;
      return retry(channel, state, { type: "paramsFailed", cause });
    },
    joinUnsendable: (channel, state, { cause }) =>
      retry(channel, state, { type: "unsendable", cause }),
    joinAnswered: (channel, state, { reply: { status, response } }) => {
      if (status !== "ok") return retry(channel, state, { type: "refused", status, response });
      const { joinRef, attempt } = state;
      return { type: "joined", joinRef, attempt, response };
    },
    leaveAnswered: stay,
    channelClosed: closed,
    channelCrashed: crashed,
    messageArrived: ignoreMessage,
    deadlinePassed: (channel, state) => {
      // The server may yet let us in: it must not keep a member that nobody serves.
      if (state.step === "reply") channel.sendLeave(state.joinRef);
      return retry(channel, state, { type: "timeout" });
    },
  },
  joined: {
    joinTopic: stay,
    leaveTopic: leave,
    pushMessage: (channel, state, { push }) => {
      channel.pushes.send(push, channel.topic, state.joinRef);
      return state;
    },
    connectionOpened: stay,
    connectionLost: (_channel, { attempt }, { reason }) => ({
      type: "waiting",
      for: "connection",
      delay: 0,
      attempt,
      again: true,
      cause: { type: "disconnected", reason },
    }),
    sessionEnded: endWithSession,
    paramsResolved: stay,
    paramsFailed: stay,
    joinUnsendable: stay,
    joinAnswered: stay,
    leaveAnswered: stay,
    channelClosed: closed,
    channelCrashed: crashed,
    messageArrived: ({ context, owner }, state, { message }) => {
      context.emit({ type: "messageReceived", channel: owner, message });
      return state;
    },
    deadlinePassed: stay,
  },
  leaving: {
    joinTopic: (_channel, state) => ({ ...state, then: "join" }),
    leaveTopic: (_channel, state) => (state.then === "stay" ? state : { ...state, then: "stay" }),
    pushMessage: (channel, state, input) =>
      state.then === "join"
        ? queuePush(channel, state, input)
        : refusePush(channel, state, input),
    connectionOpened: stay,
    connectionLost: leaveIsOver,
    sessionEnded: endWithSession,
    paramsResolved: stay,
    paramsFailed: stay,
    joinUnsendable: stay,
    joinAnswered: stay,
    leaveAnswered: (channel, state) => {
      channel.awaitsCloseOf = state.joinRef;
      return leaveIsOver(channel, state);
    },
    channelClosed: leaveIsOver,
    channelCrashed: leaveIsOver,
    messageArrived: ignoreMessage,
    deadlinePassed: (channel, state) =>
      afterLeave(channel, state, { type: "left", confirmed: false }),
  },
  left: {
    ...outside,
    joinTopic: join,
    leaveTopic: stay,
    pushMessage: refusePush,
    connectionLost: forgetClose,
    sessionEnded: forgetClose,
    channelClosed: forgetClose,
    channelCrashed: forgetClose,
    deadlinePassed: forgetClose,
  },
  errored: {
    ...outside,
    joinTopic: join,
    leaveTopic: left,
    pushMessage: refusePush,
    sessionEnded: stay,
    channelClosed: stay,
    channelCrashed: stay,
    deadlinePassed: stay,
  },
};

/** Looks up what `input` means in `state`, does it, and returns the state that follows. */
export function transition<C, P>(
  channel: Member<C, P>,
  state: ChannelState,
  input: ChannelInput<P>,
): ChannelState {
  // Each cell takes exactly the state and the input by whose tags it is found.
  const cell = table[state.type][input.type] as (
    channel: Member<C, P>,
    state: ChannelState,
    input: ChannelInput<P>,
  ) => ChannelState;
  return cell(channel, state, input);
}
