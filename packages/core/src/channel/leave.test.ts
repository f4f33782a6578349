// Leaving. The invariant C7 of SPEC.md.
import { describe, expect, test } from "vitest";
import { Driver, joinRefOf, LOST } from "../testing/driver.ts";

describe("C7: a leave settles once, and nothing is delivered from the call on", () => {
  test("on the server's word", () => {
    const it = new Driver().open();
    const channel = it.joined("t");
    it.leave(channel);
    expect(it.effects()).toEqual([
      {
        type: "sendMessage",
        message: { type: "leave", topic: "t", joinRef: "1", ref: "2", payload: {} },
        push: null,
      },
      {
        type: "channelChanged",
        channel: "t",
        state: { type: "leaving", joinRef: "1", leaveRef: "2", then: "stay" },
      },
    ]);
    it.receive({ type: "serverPush", topic: "t", joinRef: "1", event: "e", payload: {} });
    expect(it.messages()).toEqual([]);
    it.answerLeave(channel);
    expect(channel.state).toEqual({ type: "left", by: "leave", confirmed: true });
    expect(it.session.channels.size).toBe(0);
  });

  test("the phx_close that follows is nobody's", () => {
    const it = new Driver().open();
    const channel = it.joined("t");
    it.leave(channel);
    it.answerLeave(channel);
    it.receive({ type: "close", topic: "t", joinRef: "1", payload: {} });
    expect(it.ignored()).toEqual(["lateClose"]);
    expect(channel.state.type).toBe("left");
  });

  test.each(["close", "error"] as const)("a phx_%s is the server's word too", (type) => {
    const it = new Driver().open();
    const channel = it.joined("t");
    it.leave(channel);
    it.receive({ type, topic: "t", joinRef: "1", payload: {} });
    expect(channel.state).toEqual({ type: "left", by: "leave", confirmed: true });
  });

  test("at once when the connection is gone", () => {
    const it = new Driver().open();
    const channel = it.joined("t");
    it.leave(channel);
    it.closed(LOST);
    expect(channel.state).toEqual({ type: "left", by: "leave", confirmed: true });
  });

  test.each([
    ["the program ends the session", (it: Driver) => it.disconnect()],
    ["the session ends for another reason", (it: Driver) => it.closed(LOST)],
  ])("at once when %s", (_name, end) => {
    const it = new Driver({ reconnect: () => false }).open();
    const channel = it.joined("t");
    it.leave(channel);
    end(it);
    expect(channel.state).toEqual({ type: "left", by: "leave", confirmed: true });
  });

  test("unconfirmed after its timeout", () => {
    const it = new Driver().open();
    const channel = it.joined("t");
    it.leave(channel, 6_000);
    it.pass(5_999);
    expect(channel.state.type).toBe("leaving");
    it.pass(1);
    expect(channel.state).toEqual({ type: "left", by: "leave", confirmed: false });
  });

  test("changes of mind do not make it last longer", () => {
    const it = new Driver().open();
    const channel = it.joined("t");
    it.leave(channel, 6_000);
    for (let second = 0; second < 5; second++) {
      it.pass(1_000);
      it.join(channel);
      it.join(channel);
      it.leave(channel);
    }
    it.pass(1_000);
    expect(channel.state).toEqual({ type: "left", by: "leave", confirmed: false });
  });

  test("at once, and silently, when the server knows nothing of a membership", () => {
    const it = new Driver();
    const idle = it.channel("idle");
    it.leave(idle);
    const waiting = it.channel("waiting");
    it.join(waiting);
    it.leave(waiting);
    it.open();
    const params = it.channel("params");
    it.join(params);
    it.leave(params);
    it.handle({ type: "paramsResolved", channel: params, joinRef: "1", params: {} });
    expect(it.sent()).toEqual([]);
    for (const channel of [idle, waiting, params]) {
      expect(channel.state).toEqual({ type: "left", by: "leave", confirmed: true });
    }
    expect(it.session.channels.size).toBe(0);
  });

  test("a join under way is left, and its answer is no longer waited for", () => {
    const it = new Driver().open();
    const channel = it.joining("t");
    it.leave(channel);
    it.reply("t", "1");
    expect(it.ignored()).toEqual([]);
    expect(channel.state.type).toBe("leaving");
    it.answerLeave(channel);
    expect(channel.state.type).toBe("left");
  });

  test("twice is once", () => {
    const it = new Driver().open();
    const channel = it.joined("t");
    it.leave(channel);
    it.leave(channel);
    expect(it.sent()).toHaveLength(1);
    it.answerLeave(channel);
    it.leave(channel);
    expect(it.sent()).toEqual([]);
  });
});

describe("C8: a join during a leave begins when the leave is over", () => {
  test("and the leave is told first", () => {
    const it = new Driver().open();
    const channel = it.joined("t");
    it.leave(channel);
    it.join(channel);
    it.effects();
    it.answerLeave(channel);
    expect(it.channelStates().map(({ type }) => type)).toEqual(["left", "joining"]);
    it.params(channel);
    expect(it.sent()).toMatchObject([{ type: "join", joinRef: "3" }]);
    it.receive({ type: "close", topic: "t", joinRef: "1", payload: {} });
    it.answer(channel, "ok");
    expect(channel.state).toMatchObject({ type: "joined", joinRef: "3" });
  });

  test("when the leave was not answered", () => {
    const it = new Driver().open();
    const channel = it.joined("t");
    it.leave(channel);
    it.join(channel);
    it.effects();
    it.pass(6_000);
    expect(it.channelStates()).toMatchObject([
      { type: "left", by: "leave", confirmed: false },
      { type: "joining", attempt: 0 },
    ]);
  });

  test("when the connection is lost, it waits for the next", () => {
    const it = new Driver().open();
    const channel = it.joined("t");
    it.leave(channel);
    it.join(channel);
    it.effects();
    it.closed(LOST);
    expect(it.channelStates()).toMatchObject([
      { type: "left", by: "leave" },
      { type: "waiting", for: "connection", cause: null, again: false },
    ]);
  });

  test("when the program ends the session, both are told", () => {
    const it = new Driver().open();
    const channel = it.joined("t");
    it.leave(channel);
    it.join(channel);
    it.effects();
    it.disconnect();
    expect(it.channelStates()).toEqual([
      { type: "left", by: "leave", confirmed: true },
      { type: "left", by: "disconnect" },
    ]);
  });

  test("a leave takes it back", () => {
    const it = new Driver().open();
    const channel = it.joined("t");
    it.leave(channel);
    it.join(channel);
    it.leave(channel);
    it.effects();
    it.answerLeave(channel);
    expect(it.channelStates()).toEqual([{ type: "left", by: "leave", confirmed: true }]);
  });
});

test("C9: under V1, where nothing names a membership, what was left does not end what is joined", () => {
  const it = new Driver().open();
  const channel = it.joined("t");
  it.leave(channel);
  it.answerLeave(channel);
  it.join(channel);
  it.params(channel);
  it.receive({ type: "close", topic: "t", joinRef: null, payload: {} });
  it.receive({ type: "error", topic: "t", joinRef: null, payload: {} });
  expect(it.ignored()).toEqual(["lateClose", "staleJoinRef"]);
  it.answer(channel, "ok");
  expect(joinRefOf(channel)).toBe("3");
  it.receive({ type: "broadcast", topic: "t", event: "e", payload: {} });
  expect(it.messages()).toEqual(["e"]);
  it.receive({ type: "error", topic: "t", joinRef: null, payload: {} });
  expect(channel.state).toMatchObject({ type: "waiting", cause: { type: "crashed" } });
});
