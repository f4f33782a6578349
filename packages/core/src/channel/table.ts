// Every state of a channel and everything that can happen in it: what is done, and which state
// comes next. A pair that is missing does not compile.
import type { ChannelInput, ChannelInputOf } from "./input.ts";
import type { Member } from "./member.ts";
import type { ChannelState, ChannelStateOf } from "./state.ts";
import * as to from "./transitions.ts";
import { stay } from "./transitions.ts";

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

/** In these states the server knows nothing of the channel, so that most inputs cannot happen. */
const outside = {
  connectionOpened: stay,
  connectionLost: stay,
  sessionEnded: stay,
  paramsResolved: stay,
  paramsFailed: stay,
  joinUnsendable: stay,
  joinAnswered: stay,
  leaveAnswered: stay,
  channelClosed: stay,
  channelCrashed: stay,
  deadlinePassed: stay,
} as const;

/** The params of an attempt that is over may still come: they belong to nobody. */
const awaits = (state: ChannelStateOf<"joining">, joinRef: string): boolean =>
  joinRef === state.joinRef && state.step === "params";

const table: Table = {
  idle: {
    ...outside,
    joinTopic: to.join,
    leaveTopic: to.leaveAtOnce,
    pushMessage: to.refusePush,
  },
  waiting: {
    ...outside,
    joinTopic: (channel, state) => (state.for === "delay" ? to.start(channel, state) : state),
    leaveTopic: to.leaveAtOnce,
    pushMessage: to.queuePush,
    connectionOpened: (channel, state) =>
      state.for === "connection" ? to.start(channel, state) : state,
    sessionEnded: to.endWithSession,
    deadlinePassed: to.start,
  },
  joining: {
    joinTopic: stay,
    leaveTopic: (channel, state, input) =>
      state.step === "params" ? to.leaveAtOnce() : to.leave(channel, state, input),
    pushMessage: to.queuePush,
    connectionOpened: stay,
    connectionLost: to.awaitConnection,
    sessionEnded: to.endWithSession,
    paramsResolved: (channel, state, { joinRef, params }) => {
      if (!awaits(state, joinRef)) return state;
      channel.sendJoin(joinRef, params);
      return { ...state, step: "reply" };
    },
    paramsFailed: (channel, state, { joinRef, cause }) =>
      awaits(state, joinRef) ? to.retry(channel, state, { type: "paramsFailed", cause }) : state,
    joinUnsendable: (channel, state, { cause }) =>
      to.retry(channel, state, { type: "unsendable", cause }),
    joinAnswered: (channel, state, { reply: { status, response } }) => {
      if (status !== "ok") return to.retry(channel, state, { type: "refused", status, response });
      const { joinRef, attempt } = state;
      return { type: "joined", joinRef, attempt, response };
    },
    leaveAnswered: stay,
    channelClosed: to.closed,
    channelCrashed: to.crashed,
    deadlinePassed: (channel, state) => {
      const cause = { type: "timeout" } as const;
      if (state.step === "params") return to.retry(channel, state, { type: "paramsFailed", cause });
      // The server may yet let us in: it must not keep a member that nobody serves.
      channel.sendLeave(state.joinRef);
      return to.retry(channel, state, cause);
    },
  },
  joined: {
    joinTopic: stay,
    leaveTopic: to.leave,
    pushMessage: (channel, state, { push }) => {
      channel.pushes.send(push, channel.topic, state.joinRef);
      return state;
    },
    connectionOpened: stay,
    connectionLost: to.awaitConnection,
    sessionEnded: to.endWithSession,
    paramsResolved: stay,
    paramsFailed: stay,
    joinUnsendable: stay,
    joinAnswered: stay,
    leaveAnswered: stay,
    channelClosed: to.closed,
    channelCrashed: to.crashed,
    deadlinePassed: stay,
  },
  leaving: {
    joinTopic: (_channel, state) => (state.then === "join" ? state : { ...state, then: "join" }),
    leaveTopic: (_channel, state) => (state.then === "stay" ? state : { ...state, then: "stay" }),
    pushMessage: (channel, state, input) =>
      state.then === "join"
        ? to.queuePush(channel, state, input)
        : to.refusePush(channel, state, input),
    connectionOpened: stay,
    connectionLost: to.leaveIsOver,
    sessionEnded: to.endLeaveWithSession,
    paramsResolved: stay,
    paramsFailed: stay,
    joinUnsendable: stay,
    joinAnswered: stay,
    leaveAnswered: to.leaveIsOver,
    channelClosed: to.leaveIsOver,
    channelCrashed: to.leaveIsOver,
    deadlinePassed: (channel, state) =>
      to.afterLeave(channel, state, { type: "left", by: "leave", confirmed: false }),
  },
  left: {
    ...outside,
    joinTopic: to.join,
    leaveTopic: stay,
    pushMessage: to.refusePush,
  },
  errored: {
    ...outside,
    joinTopic: to.join,
    leaveTopic: to.leaveAtOnce,
    pushMessage: to.refusePush,
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
