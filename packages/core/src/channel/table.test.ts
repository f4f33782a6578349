// Every cell of the channel's table: what is done and what comes next. What is not named here is
// nothing: the state stays, and there is no effect.
import { describe, expect, test } from "vitest";
import type { ReplyMessage } from "../message.ts";
import { Driver, joinRefOf, type TestChannel } from "../testing/driver.ts";
import type { ChannelInput } from "./input.ts";
import type { ChannelState } from "./state.ts";

interface Given {
  readonly it: Driver;
  readonly channel: TestChannel;
}

/** How to get into each state. All but the first two have a connection. */
const STATES: Readonly<Record<string, () => Given>> = {
  idle: () => arrange(() => {}),
  "waiting connection": () => {
    const it = new Driver();
    const channel = it.channel("t");
    it.join(channel);
    it.effects();
    return { it, channel };
  },
  "waiting delay": () =>
    arrange((it, channel) => {
      joined(it, channel);
      it.receive({ type: "error", topic: "t", joinRef: joinRefOf(channel), payload: {} });
    }),
  "joining params": () => arrange((it, channel) => it.join(channel)),
  "joining reply": () => arrange(joining),
  joined: () => arrange(joined),
  "leaving stay": () =>
    arrange((it, channel) => {
      joined(it, channel);
      it.leave(channel);
    }),
  "leaving join": () =>
    arrange((it, channel) => {
      joined(it, channel);
      it.leave(channel);
      it.join(channel);
    }),
  left: () => arrange((it, channel) => it.leave(channel)),
  errored: () =>
    arrange((it, channel) => {
      joining(it, channel);
      it.answer(channel, "error");
    }),
};

function arrange(act: (it: Driver, channel: TestChannel) => void): Given {
  const it = new Driver().open();
  const channel = it.channel("t");
  act(it, channel);
  it.effects();
  return { it, channel };
}

function joining(it: Driver, channel: TestChannel): void {
  it.join(channel);
  it.params(channel);
}

function joined(it: Driver, channel: TestChannel): void {
  joining(it, channel);
  it.answer(channel, "ok");
}

type InputTag = ChannelInput<string>["type"];

/** Each input, fitted to the channel that gets it. */
const INPUTS: { readonly [T in InputTag]: (given: Given) => ChannelInput<string> } = {
  joinTopic: () => ({ type: "joinTopic" }),
  leaveTopic: () => ({ type: "leaveTopic", timeout: 1_000 }),
  pushMessage: ({ it, channel }) => ({
    type: "pushMessage",
    push: it.session.push(channel, "p", "p", {}, "reply"),
  }),
  connectionOpened: () => ({ type: "connectionOpened" }),
  connectionLost: () => ({ type: "connectionLost", reason: null }),
  sessionEnded: () => ({ type: "sessionEnded", reason: { type: "requested" } }),
  paramsResolved: ({ channel }) => ({
    type: "paramsResolved",
    joinRef: refOf(channel),
    params: {},
  }),
  paramsFailed: ({ channel }) => ({ type: "paramsFailed", joinRef: refOf(channel), cause: null }),
  joinUnsendable: () => ({ type: "joinUnsendable", cause: null }),
  joinAnswered: ({ channel }) => ({ type: "joinAnswered", reply: ok(refOf(channel)) }),
  leaveAnswered: () => ({ type: "leaveAnswered" }),
  channelClosed: () => ({ type: "channelClosed" }),
  channelCrashed: () => ({ type: "channelCrashed" }),
  deadlinePassed: () => ({ type: "deadlinePassed" }),
};

function refOf({ state }: TestChannel): string {
  return "joinRef" in state ? state.joinRef : "none";
}

function ok(ref: string): ReplyMessage {
  return { type: "reply", topic: "t", joinRef: ref, ref, status: "ok", response: {} };
}

/** From the state, by the input, to the state; then the effects, but for the last change itself. */
const CELLS: Readonly<Record<string, string>> = {
  "idle, joinTopic": "joining params: resolveParams",
  "idle, leaveTopic": "left",
  "idle, pushMessage": "idle: pushSettled",

  "waiting connection, leaveTopic": "left",
  "waiting connection, pushMessage": "waiting connection, one push queued",
  // Without a connection after all, it waits on. The session tells of connections that it has.
  "waiting connection, connectionOpened": "waiting connection",
  "waiting connection, sessionEnded": "left",
  "waiting connection, deadlinePassed": "waiting connection",

  "waiting delay, joinTopic": "joining params: resolveParams",
  "waiting delay, leaveTopic": "left",
  "waiting delay, pushMessage": "waiting delay, one push queued",
  "waiting delay, sessionEnded": "left",
  "waiting delay, deadlinePassed": "joining params: resolveParams",

  "joining params, leaveTopic": "left",
  "joining params, pushMessage": "joining params, one push queued",
  "joining params, connectionLost": "waiting connection",
  "joining params, sessionEnded": "left",
  "joining params, paramsResolved": "joining reply: sendMessage",
  "joining params, paramsFailed": "errored",
  // These five cannot come before the join was sent: the machine keeps them out.
  "joining params, joinUnsendable": "errored",
  "joining params, joinAnswered": "joined",
  "joining params, channelClosed": "errored",
  "joining params, channelCrashed": "errored",
  "joining params, deadlinePassed": "errored",

  "joining reply, leaveTopic": "leaving stay: sendMessage",
  "joining reply, pushMessage": "joining reply, one push queued",
  "joining reply, connectionLost": "waiting connection",
  "joining reply, sessionEnded": "left",
  "joining reply, joinUnsendable": "errored",
  "joining reply, joinAnswered": "joined",
  "joining reply, channelClosed": "errored",
  "joining reply, channelCrashed": "errored",
  // The leave that goes with it.
  "joining reply, deadlinePassed": "errored: sendMessage",

  "joined, leaveTopic": "leaving stay: sendMessage",
  "joined, pushMessage": "joined: sendMessage",
  "joined, connectionLost": "waiting connection",
  "joined, sessionEnded": "left",
  "joined, channelClosed": "waiting delay",
  "joined, channelCrashed": "waiting delay",

  "leaving stay, joinTopic": "leaving join",
  "leaving stay, pushMessage": "leaving stay: pushSettled",
  "leaving stay, connectionLost": "left",
  "leaving stay, sessionEnded": "left",
  "leaving stay, leaveAnswered": "left",
  "leaving stay, channelClosed": "left",
  "leaving stay, channelCrashed": "left",
  "leaving stay, deadlinePassed": "left",

  // "left" is told in between, so that whoever waits for the leave hears of it.
  "leaving join, leaveTopic": "leaving stay",
  "leaving join, pushMessage": "leaving join, one push queued",
  "leaving join, connectionLost": "joining params: channelChanged resolveParams",
  "leaving join, sessionEnded": "left: channelChanged",
  "leaving join, leaveAnswered": "joining params: channelChanged resolveParams",
  "leaving join, channelClosed": "joining params: channelChanged resolveParams",
  "leaving join, channelCrashed": "joining params: channelChanged resolveParams",
  "leaving join, deadlinePassed": "joining params: channelChanged resolveParams",

  "left, joinTopic": "joining params: resolveParams",
  "left, pushMessage": "left: pushSettled",

  "errored, joinTopic": "joining params: resolveParams",
  "errored, leaveTopic": "left",
  "errored, pushMessage": "errored: pushSettled",
};

function nameOf(state: ChannelState): string {
  const { type, step, then } = { step: "", then: "", ...state };
  const what = state.type === "waiting" ? state.for : "";
  return [type, what, step, then].filter((part) => part !== "").join(" ");
}

describe.each(Object.entries(STATES))("%s", (name, given) => {
  test("is where the test says that it is", () => {
    expect(nameOf(given().channel.state)).toBe(name);
  });

  test.each(Object.entries(INPUTS))("%s", (tag, inputOf) => {
    const { it, channel } = given();
    const before = channel.state;
    channel.handle(inputOf({ it, channel }));
    const effects = it.session.effects.splice(0).map(({ type }) => type);
    if (channel.state !== before) expect(effects.pop()).toBe("channelChanged");
    const queued = channel.pushes.queued === 1 ? ", one push queued" : "";
    const done = effects.length === 0 ? "" : `: ${effects.join(" ")}`;
    const result = `${nameOf(channel.state)}${queued}${done}`;
    expect(result).toBe(CELLS[`${name}, ${tag}`] ?? name);
    if (CELLS[`${name}, ${tag}`] === undefined) expect(channel.state).toBe(before);
  });
});

test("no expected cell is misspelled", () => {
  const all = new Set(
    Object.keys(STATES).flatMap((state) =>
      Object.keys(INPUTS).map((input) => `${state}, ${input}`),
    ),
  );
  expect(Object.keys(CELLS).filter((cell) => !all.has(cell))).toEqual([]);
});
