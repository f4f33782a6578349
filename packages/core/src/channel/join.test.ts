// Joining, and joining again. The invariants C1 to C6 of SPEC.md.
import { describe, expect, test } from "vitest";
import type { ChannelEndReason } from "../end-reason.ts";
import { CLOSED, Driver, joinRefOf, LOST, OPTIONS, type TestChannel } from "../testing/driver.ts";

function crash(it: Driver, channel: TestChannel): void {
  it.receive({ type: "error", topic: channel.topic, joinRef: joinRefOf(channel), payload: {} });
}

describe("C1: a join is sent only while the connection is open, with params made for it", () => {
  test("it waits for the connection, then for the params", () => {
    const it = new Driver();
    const channel = it.channel("t");
    it.join(channel);
    expect(channel.state).toMatchObject({ type: "waiting", for: "connection", cause: null });
    it.connect();
    it.dial();
    it.effects();
    it.handle({ type: "transportOpened" });
    expect(it.effects()).toContainEqual({ type: "resolveParams", channel: "t", joinRef: "1" });
    it.params(channel, { user: 1 });
    expect(it.sent()).toEqual([
      { type: "join", topic: "t", joinRef: "1", ref: "1", payload: { user: 1 } },
    ]);
  });

  test("params that come when their attempt is over are nobody's", () => {
    const it = new Driver().open();
    const channel = it.channel("t");
    it.join(channel);
    it.closed(LOST);
    it.effects();
    it.handle({ type: "paramsResolved", channel, joinRef: "1", params: {} });
    it.handle({ type: "paramsFailed", channel, joinRef: "1", cause: null });
    expect(it.types()).toEqual([]);
    it.open();
    it.handle({ type: "paramsResolved", channel, joinRef: "1", params: {} });
    it.handle({ type: "paramsFailed", channel, joinRef: "1", cause: null });
    expect(it.types()).toEqual([]);
    expect(channel.state).toMatchObject({ type: "joining", step: "params", joinRef: "2" });
  });

  test("params that come twice join once", () => {
    const it = new Driver().open();
    const channel = it.channel("t");
    it.join(channel);
    it.params(channel);
    it.params(channel);
    it.handle({ type: "paramsFailed", channel, joinRef: "1", cause: null });
    expect(it.sent()).toHaveLength(1);
    expect(channel.state).toMatchObject({ type: "joining", step: "reply" });
  });

  test("joining twice is joining once", () => {
    const it = new Driver().open();
    const channel = it.joined("t");
    it.join(channel);
    expect(it.types()).toEqual([]);
  });
});

describe("C2: it is joined on the server's ok to the join that was sent, and not before", () => {
  test("with the server's response", () => {
    const it = new Driver().open();
    const channel = it.joining("t");
    it.answer(channel, "ok", { hello: 1 });
    expect(it.effects()).toEqual([
      {
        type: "channelChanged",
        channel: "t",
        state: { type: "joined", joinRef: "1", attempt: 0, response: { hello: 1 } },
      },
    ]);
  });

  test("an answer to a join that was not sent yet is nobody's", () => {
    const it = new Driver().open();
    const channel = it.channel("t");
    it.join(channel);
    it.effects();
    it.answer(channel, "ok");
    crash(it, channel);
    it.receive({ type: "close", topic: "t", joinRef: "1", payload: {} });
    expect(it.ignored()).toEqual(["unmatchedReply", "staleJoinRef", "lateClose"]);
    expect(channel.state).toMatchObject({ type: "joining", step: "params" });
  });

  test("any other status is a refusal, with the server's words", () => {
    const it = new Driver().open();
    const channel = it.joining("t");
    it.answer(channel, "error", { reason: "unauthorized" });
    const reason = { type: "refused", status: "error", response: { reason: "unauthorized" } };
    expect(channel.state).toEqual({ type: "errored", reason });
  });

  test("a second answer changes nothing", () => {
    const it = new Driver().open();
    const channel = it.joined("t");
    it.answer(channel, "error");
    expect(it.ignored()).toEqual(["unmatchedReply"]);
    expect(channel.state.type).toBe("joined");
  });
});

describe("C3: at most one membership of a topic lives on the server, each with a join_ref of its own", () => {
  test("a join that is not answered is left before the next", () => {
    const it = new Driver({ rejoin: () => 50 }).open();
    const channel = it.joining("t");
    it.pass(8_000);
    expect(it.sent()).toEqual([{ type: "leave", topic: "t", joinRef: "1", ref: "2", payload: {} }]);
    it.pass(50);
    it.params(channel);
    expect(it.sent()).toMatchObject([{ type: "join", joinRef: "3" }]);
    // The answers to the first join and its leave come at last.
    it.reply("t", "1");
    it.reply("t", "2");
    it.receive({ type: "close", topic: "t", joinRef: "1", payload: {} });
    expect(channel.state).toMatchObject({ type: "joining", joinRef: "3" });
    expect(it.ignored()).toEqual(["unmatchedReply", "unmatchedReply", "lateClose"]);
  });

  test("refs go on after a reconnect, so that a late answer finds nobody", () => {
    const it = new Driver().open();
    const channel = it.joined("t");
    it.push(channel, "p");
    it.closed(LOST);
    it.open();
    it.params(channel);
    expect(it.sent()).toMatchObject([{ type: "join", joinRef: "3" }]);
  });

  test("one channel has a topic; another is told", () => {
    const it = new Driver().open();
    const first = it.joined("t");
    const second = it.channel("t");
    it.join(second);
    expect(second.state).toEqual({ type: "errored", reason: { type: "duplicate" } });
    expect(it.session.channels.get("t")).toBe(first);
    expect(it.sent()).toEqual([]);
    it.leave(first);
    it.join(second);
    expect(second.state.type).toBe("errored");
    it.answerLeave(first);
    it.join(second);
    expect(it.session.channels.get("t")).toBe(second);
    it.join(first);
    expect(first.state).toEqual({ type: "errored", reason: { type: "duplicate" } });
  });
});

describe("C4: a lost connection is waited out, and the channel joins again by itself", () => {
  test.each([
    ["joined", (it: Driver) => it.joined("t")],
    ["joining", (it: Driver) => it.joining("t")],
  ])("%s", (_name, given) => {
    const it = new Driver().open();
    const channel = given(it);
    const cause = new Error("reset");
    it.closed({ ...LOST, error: { cause } });
    const reason: ChannelEndReason = {
      type: "disconnected",
      reason: { type: "connectionLost", cause },
    };
    expect(channel.state).toMatchObject({ type: "waiting", for: "connection", cause: reason });
    it.open();
    it.params(channel);
    it.answer(channel, "ok");
    expect(channel.state).toMatchObject({ type: "joined", attempt: 0 });
  });

  test("while the closing handshake lasts, the reason is not known", () => {
    const it = new Driver().open();
    const channel = it.joined("t");
    it.handle({ type: "closeReceived" });
    const cause = { type: "disconnected", reason: null };
    expect(channel.state).toMatchObject({ type: "waiting", cause });
  });

  test("a rejoin that waits for its delay finds no connection, and waits for that", () => {
    const it = new Driver({ reconnect: () => 10_000 }).open();
    const channel = it.joined("t");
    crash(it, channel);
    it.closed(LOST);
    it.pass(100);
    expect(channel.state).toMatchObject({ type: "waiting", for: "connection", attempt: 1 });
    it.open();
    expect(channel.state).toMatchObject({ type: "joining", attempt: 1, again: true });
  });

  test("a rejoin that waits for its delay is not hurried by a connection", () => {
    const it = new Driver({ rejoin: () => 1_000 }).open();
    const channel = it.joined("t");
    crash(it, channel);
    it.closed(LOST);
    it.pass(100);
    it.open();
    expect(channel.state).toMatchObject({ type: "waiting", for: "delay" });
  });
});

test("a channel may wait for its answers as long as it likes, whatever the session's joinTimeout", () => {
  const it = new Driver().open();
  const other = it.joining("u");
  const hasty = it.channel("v");
  hasty.joinPatience = 10;
  it.join(hasty);
  it.params(hasty);
  it.pass(10);
  expect(hasty.state).not.toMatchObject({ type: "joining" });
  expect(other.state).toMatchObject({ type: "joining" });
});

test("refs for messages of the program's own are the session's no more", () => {
  const it = new Driver().open();
  const ref = it.session.nextRef();
  expect(joinRefOf(it.joining("t"))).not.toBe(ref);
});

describe("C5: the policy decides after a crash, a close, a timeout or a refusal", () => {
  const ends: [ChannelEndReason, (it: Driver, channel: TestChannel) => void][] = [
    [{ type: "crashed" }, crash],
    [
      { type: "closed" },
      (it, channel) =>
        it.receive({ type: "close", topic: "t", joinRef: joinRefOf(channel), payload: {} }),
    ],
    [{ type: "timeout" }, (it) => it.pass(8_000)],
    [{ type: "refused", status: "no", response: {} }, (it, channel) => it.answer(channel, "no")],
    [
      { type: "unsendable", cause: "cycle" },
      (it) =>
        it.handle({
          type: "messageUnsendable",
          message: { type: "join", topic: "t", joinRef: "1", ref: "1", payload: {} },
          push: null,
          cause: "cycle",
        }),
    ],
  ];

  test.each(ends)("it is told why: $0.type", (reason, end) => {
    const asked: unknown[] = [];
    const rejoin = (retry: object): false => (asked.push(retry), false);
    const it = new Driver({ rejoin }).open();
    const channel = it.joining("t");
    end(it, channel);
    expect(asked).toMatchObject([{ attempt: 0, again: false, cause: reason }]);
    expect(channel.state).toEqual({ type: "errored", reason });
    expect(it.session.channels.size).toBe(0);
  });

  test("params that fail, or do not come in time", () => {
    const it = new Driver().open();
    const channel = it.channel("t");
    it.join(channel);
    it.handle({ type: "paramsFailed", channel, joinRef: "1", cause: "no token" });
    const failed = { type: "paramsFailed", cause: "no token" };
    expect(channel.state).toEqual({ type: "errored", reason: failed });
    it.join(channel);
    it.effects();
    it.pass(8_000);
    const late = { type: "paramsFailed", cause: { type: "timeout" } };
    expect(channel.state).toEqual({ type: "errored", reason: late });
    expect(it.sent()).toEqual([]);
  });

  test("attempts count up, and from 0 after 10 s joined", () => {
    const asked: unknown[] = [];
    const it = new Driver({
      heartbeat: null,
      rejoin: ({ attempt, again }) => (asked.push([attempt, again]), 10),
    }).open();
    const channel = it.joining("t");
    const lives = (ms: number): void => {
      it.answer(channel, "ok");
      it.pass(ms);
      crash(it, channel);
      it.pass(10);
      it.params(channel);
    };
    it.answer(channel, "error");
    it.pass(10);
    it.params(channel);
    lives(9_999);
    lives(0);
    lives(10_000);
    lives(0);
    expect(asked).toEqual([
      [0, false],
      [1, true],
      [2, true],
      [0, true],
      [1, true],
    ]);
  });

  test("a membership that was stable counts as such when the connection ends it", () => {
    const it = new Driver({ heartbeat: null }).open();
    const channel = it.joined("t");
    crash(it, channel);
    it.pass(100);
    it.params(channel);
    it.answer(channel, "ok");
    it.pass(10_000);
    it.closed(LOST);
    expect(channel.state).toMatchObject({ type: "waiting", attempt: 0, again: true });
  });

  test("joining while it waits for a delay does not wait, and counts on", () => {
    const it = new Driver().open();
    const channel = it.joined("t");
    crash(it, channel);
    it.join(channel);
    expect(channel.state).toMatchObject({ type: "joining", attempt: 1, again: true });
  });

  test("after a refusal the program may join again", () => {
    const it = new Driver().open();
    const channel = it.joining("t");
    it.answer(channel, "error");
    it.join(channel);
    it.params(channel);
    it.answer(channel, "ok");
    expect(channel.state).toMatchObject({ type: "joined", attempt: 0 });
  });
});

describe("C6: the end of the session is the end of its channels", () => {
  const states: [string, (it: Driver) => TestChannel][] = [
    [
      "waiting",
      (it) => {
        const channel = it.joined("t");
        crash(it, channel);
        return channel;
      },
    ],
    ["joining", (it) => it.joining("t")],
    ["joined", (it) => it.joined("t")],
    [
      "leaving to join",
      (it) => {
        const channel = it.joined("t");
        it.leave(channel);
        it.join(channel);
        return channel;
      },
    ],
  ];

  test.each(states)(
    "%s: left at the program's request, errored for another reason",
    (_name, given) => {
      const asked = new Driver().open();
      const left = given(asked);
      asked.disconnect();
      expect(left.state).toEqual({ type: "left", by: "disconnect" });

      const it = new Driver({ reconnect: () => false }).open();
      const channel = given(it);
      it.closed(LOST);
      const reason = { type: "disconnected", reason: { type: "connectionLost", cause: undefined } };
      expect(channel.state).toEqual({ type: "errored", reason });
      expect([it.session.channels.size, it.session.wakeAt]).toEqual([0, Infinity]);
    },
  );

  test("a channel that joins a session that is over is told at once", () => {
    const it = new Driver().open();
    it.disconnect();
    const channel = it.channel("t");
    it.join(channel);
    expect(channel.state).toEqual({ type: "left", by: "disconnect" });
    it.closed(CLOSED);
    it.join(channel);
    expect(channel.state).toEqual({ type: "left", by: "disconnect" });
    expect(it.session.channels.size).toBe(0);
  });

  test("a channel that joins while the session closes to connect again waits for that", () => {
    const it = new Driver().open();
    it.disconnect();
    it.connect();
    const channel = it.channel("t");
    it.join(channel);
    it.closed(CLOSED);
    it.dial();
    it.handle({ type: "transportOpened" });
    expect(channel.state.type).toBe("joining");
  });

  test("a session that closes to retry and is then disconnected ends them too", () => {
    const it = new Driver().open();
    const channel = it.joined("t");
    it.handle({ type: "closeReceived" });
    expect(channel.state.type).toBe("waiting");
    it.disconnect();
    expect(channel.state).toEqual({ type: "left", by: "disconnect" });
  });

  test("S14: an ended session keeps nothing and waits for nothing", () => {
    const it = new Driver({ rejoin: OPTIONS.rejoin }).open();
    const waiting = it.joined("waiting");
    crash(it, waiting);
    it.push(waiting, "queued");
    it.push(it.joined("joined"), "in flight");
    it.push(it.joining("joining"), "queued too");
    it.leave(it.joined("leaving"));
    it.handle({ type: "pingServer", push: it.session.ping("ping"), timeout: 1_000 });
    it.effects();
    it.disconnect();
    it.closed(CLOSED);
    expect(it.failed().sort()).toEqual([
      "in flight disconnected",
      "ping disconnected",
      "queued disconnected",
      "queued too disconnected",
    ]);
    expect([it.session.channels.size, it.session.wakeAt]).toEqual([0, Infinity]);
  });
});
