// Pushes, each with one outcome. The invariants R1 to R9 of SPEC.md.
import { describe, expect, test } from "vitest";
import { CLOSED, Driver, joinRefOf, LOST, type TestChannel } from "../testing/driver.ts";

describe("R1: a push has one outcome", () => {
  test("ok, with the response", () => {
    const it = new Driver().open();
    it.push(it.joined("t"), "p");
    it.reply("t", "2", "ok", { id: 1 });
    expect(it.settled()).toEqual([["p", { type: "ok", response: { id: 1 } }]]);
  });

  test("any other status as the server sent it", () => {
    const it = new Driver().open();
    it.push(it.joined("t"), "p");
    it.reply("t", "2", "maybe", { why: 1 });
    const outcome = { type: "refused", status: "maybe", response: { why: 1 } };
    expect(it.settled()).toEqual([["p", outcome]]);
  });

  test("what comes after it changes nothing", () => {
    const it = new Driver().open();
    const channel = it.joined("t");
    const push = it.push(channel, "p");
    it.reply("t", "2");
    it.effects();
    it.reply("t", "2");
    it.handle({ type: "cancelPush", push, code: "aborted" });
    it.pass(4_000);
    it.leave(channel);
    it.closed(LOST);
    expect(it.settled()).toEqual([]);
    expect(it.session.counters.pushes.ok).toBe(1);
    expect(it.session.counters.ignored.unmatchedReply).toBe(1);
  });

  test("every outcome is counted", () => {
    const it = new Driver().open();
    const channel = it.joined("t");
    for (const name of ["ok", "no", "late", "gone"]) it.push(channel, name);
    it.push(channel, "sent", "none");
    it.reply("t", "2");
    it.reply("t", "3", "error");
    it.handle({ type: "cancelPush", push: it.push(channel, "abort"), code: "aborted" });
    it.push(channel, "timeout", "reply", 1);
    it.pass(1);
    const left = it.joined("left");
    it.leave(left);
    it.push(left, "left");
    it.disconnect();
    expect(it.session.counters.pushes).toMatchObject({
      ok: 1,
      refused: 1,
      sent: 1,
      aborted: 1,
      timeout: 1,
      disconnected: 2,
      left: 1,
    });
  });
});

describe("R2: a member's pushes are sent at once; before, they wait in order, up to maxQueued", () => {
  const waits: [string, (it: Driver) => TestChannel][] = [
    [
      "for a connection",
      (it) => {
        const channel = it.channel("t");
        it.join(channel);
        it.open();
        return channel;
      },
    ],
    [
      "for params",
      (it) => {
        const channel = it.open().channel("t");
        it.join(channel);
        return channel;
      },
    ],
    [
      "for the answer to a leave and a join",
      (it) => {
        const channel = it.open().joined("t");
        it.leave(channel);
        it.join(channel);
        return channel;
      },
    ],
    [
      "for a rejoin's delay",
      (it) => {
        const channel = it.open().joined("t");
        it.receive({ type: "error", topic: "t", joinRef: joinRefOf(channel), payload: {} });
        return channel;
      },
    ],
  ];

  test.each(waits)("while it waits %s", (_what, given) => {
    const it = new Driver();
    const channel = given(it);
    it.effects();
    for (const name of ["a", "b", "c", "d"]) it.push(channel, name);
    expect(it.failed()).toEqual(["d queueFull"]);
    if (channel.state.type === "leaving") it.answerLeave(channel);
    it.pass(100);
    it.params(channel);
    it.effects();
    it.answer(channel, "ok");
    const joinRef = joinRefOf(channel);
    expect(it.sent()).toMatchObject(
      ["a", "b", "c"].map((event) => ({ type: "push", joinRef, event })),
    );
  });

  test("places in the queue are free again once pushes left it", () => {
    const it = new Driver().open();
    const channel = it.joining("t");
    const [first] = ["a", "b", "c"].map((name) => it.push(channel, name));
    if (first !== undefined) it.handle({ type: "cancelPush", push: first, code: "aborted" });
    it.push(channel, "d");
    it.push(channel, "e");
    expect(it.failed()).toEqual(["a aborted", "e queueFull"]);
    it.answer(channel, "ok");
    expect(it.sent().map((message) => "event" in message && message.event)).toEqual([
      "b",
      "c",
      "d",
    ]);
  });

  const refusals: [string, string, (it: Driver) => TestChannel][] = [
    ["idle", "notJoined", (it) => it.channel("t")],
    [
      "refused",
      "notJoined",
      (it) => {
        const channel = it.joining("t");
        it.answer(channel, "error");
        return channel;
      },
    ],
    [
      "leaving",
      "left",
      (it) => {
        const channel = it.joined("t");
        it.leave(channel);
        return channel;
      },
    ],
    [
      "left",
      "left",
      (it) => {
        const channel = it.channel("t");
        it.leave(channel);
        return channel;
      },
    ],
    [
      "disconnected by the program",
      "disconnected",
      (it) => {
        const channel = it.joined("t");
        it.disconnect();
        return channel;
      },
    ],
    [
      "disconnected by the program, and connected anew",
      "notJoined",
      (it) => {
        const channel = it.joined("t");
        it.disconnect();
        it.closed(CLOSED);
        it.open();
        return channel;
      },
    ],
    [
      "ended by its session",
      "disconnected",
      (it) => {
        const channel = it.joined("t");
        it.closed(LOST);
        return channel;
      },
    ],
  ];

  test.each(refusals)("where none can be made, they fail at once: %s, %s", (_name, code, given) => {
    const it = new Driver({ reconnect: () => false }).open();
    const channel = given(it);
    it.effects();
    it.push(channel, "p");
    expect(it.failed()).toEqual([`p ${code}`]);
    it.effects();
    it.pass(10_000);
    expect(it.settled()).toEqual([]);
  });

  test("those that wait fail when it is clear that they cannot be sent", () => {
    const it = new Driver({ reconnect: () => false }).open();
    const refused = it.joining("refused");
    it.push(refused, "a");
    it.answer(refused, "error");
    expect(it.failed()).toEqual(["a notJoined"]);

    const left = it.joining("left");
    it.push(left, "b");
    it.leave(left);
    expect(it.failed()).toEqual(["b left"]);

    const taken = it.joined("taken back");
    it.leave(taken);
    it.join(taken);
    it.push(taken, "c");
    it.leave(taken);
    expect(it.failed()).toEqual(["c left"]);

    const ended = it.joining("ended");
    it.push(ended, "d");
    it.closed(LOST);
    expect(it.failed()).toEqual(["d disconnected"]);
  });

  test("those that wait for a lost connection wait on", () => {
    const it = new Driver().open();
    const channel = it.joining("t");
    it.push(channel, "p");
    it.closed(LOST);
    it.open();
    it.params(channel);
    it.answer(channel, "ok");
    expect(it.sent()).toMatchObject([{ type: "join" }, { type: "push", event: "p", joinRef: "2" }]);
  });
});

describe("R3: pushes in flight fail the moment the connection or the membership ends", () => {
  const ends: [string, (it: Driver, channel: TestChannel) => void][] = [
    ["disconnected", (it) => it.closed(LOST)],
    ["disconnected", (it) => it.handle({ type: "closeReceived" })],
    ["disconnected", (it) => it.handle({ type: "heartbeatMissed" })],
    ["disconnected", (it) => it.disconnect()],
    [
      "channelCrashed",
      (it) => it.receive({ type: "error", topic: "t", joinRef: "1", payload: {} }),
    ],
    ["channelClosed", (it) => it.receive({ type: "close", topic: "t", joinRef: "1", payload: {} })],
    ["left", (it, channel) => it.leave(channel)],
  ];

  test.each([
    ["that will come back", () => 0],
    ["that gives up", () => false as const],
  ])("of a channel %s", (_name, policy) => {
    for (const [code, end] of ends) {
      const it = new Driver({ rejoin: policy, reconnect: policy }).open();
      const channel = it.joined("t");
      it.push(channel, "a");
      it.push(channel, "b");
      it.effects();
      end(it, channel);
      expect(it.failed()).toEqual([`a ${code}`, `b ${code}`]);
      it.reply("t", "2");
      it.pass(4_000);
      expect(it.settled()).toEqual([]);
    }
  });

  test("and nothing is sent twice", () => {
    const it = new Driver().open();
    const channel = it.joined("t");
    it.push(channel, "p");
    it.closed(LOST);
    it.effects();
    it.open();
    it.params(channel);
    it.answer(channel, "ok");
    expect(it.sent()).toMatchObject([{ type: "join" }]);
  });
});

describe("R4: a push's timeout runs from the call, wherever it waits", () => {
  test("for its reply", () => {
    const it = new Driver().open();
    it.push(it.joined("t"), "p", "reply", 4_000);
    it.pass(3_999);
    expect(it.settled()).toEqual([]);
    it.pass(1);
    expect(it.failed()).toEqual(["p timeout"]);
    it.reply("t", "2");
    expect(it.ignored()).toEqual(["unmatchedReply"]);
  });

  test("in the queue, and then it is never sent", () => {
    const it = new Driver().open();
    const channel = it.joining("t");
    it.push(channel, "late", "reply", 4_000);
    it.push(channel, "late too", "none", 4_000);
    it.pass(4_000);
    expect(it.failed()).toEqual(["late timeout", "late too timeout"]);
    it.answer(channel, "ok");
    expect(it.sent()).toEqual([]);
  });

  test("over the queue and the reply together", () => {
    const it = new Driver().open();
    const channel = it.joining("t");
    it.push(channel, "p", "reply", 4_000);
    it.pass(3_000);
    it.answer(channel, "ok");
    it.effects();
    it.pass(1_000);
    expect(it.failed()).toEqual(["p timeout"]);
  });

  test("Infinity is for as long as it takes", () => {
    const it = new Driver({ heartbeat: null }).open();
    it.push(it.joined("t"), "p", "reply", Infinity);
    expect(it.session.wakeAt).toBe(Infinity);
  });
});

describe("R5: a reply settles the push that it names, and no other", () => {
  test("in whatever order they come", () => {
    const it = new Driver().open();
    const channel = it.joined("t");
    it.push(channel, "a");
    it.push(channel, "b");
    it.reply("t", "3");
    it.reply("t", "2", "error");
    expect(it.settled().map(([name, { type }]) => [name, type])).toEqual([
      ["b", "ok"],
      ["a", "refused"],
    ]);
  });

  test("a reply on another topic settles nothing", () => {
    const it = new Driver().open();
    it.push(it.joined("t"), "p");
    it.joined("other");
    it.effects();
    it.reply("other", "2");
    expect(it.types()).toEqual(["frameIgnored"]);
  });

  test("the join_ref of a reply is not asked for: the server may name the current one, or none", () => {
    const it = new Driver().open();
    it.push(it.joined("t"), "p");
    it.receive({ type: "reply", topic: "t", joinRef: null, ref: "2", status: "ok", response: 1 });
    expect(it.settled()).toEqual([["p", { type: "ok", response: 1 }]]);
  });
});

describe("R6: a push that expects no reply is settled when the transport has it", () => {
  test("sent", () => {
    const it = new Driver().open();
    it.push(it.joined("t"), "p", "none");
    expect(it.types()).toEqual(["sendMessage", "pushSettled"]);
    expect(it.session.counters.pushes.sent).toBe(1);
    it.reply("t", "2");
    expect(it.ignored()).toEqual(["unmatchedReply"]);
    it.pass(10_000);
    expect(it.settled()).toEqual([]);
  });

  test("one that expects a reply is not", () => {
    const it = new Driver().open();
    const push = it.push(it.joined("t"), "p");
    it.handle({ type: "pushSent", push });
    expect(it.settled()).toEqual([]);
  });
});

describe("R9: a push that failed says whether it had been sent", () => {
  const ends: [code: string, (it: Driver, channel: TestChannel) => void][] = [
    ["timeout", (it) => it.pass(4_000)],
    ["disconnected", (it) => it.disconnect()],
    ["left", (it, channel) => it.leave(channel)],
  ];
  const whether = (it: Driver): unknown[] =>
    it.settled().map(([name, outcome]) => outcome.type === "failed" && [name, outcome.sent]);

  test.each(ends)("%s, in flight: sent", (code, end) => {
    const it = new Driver().open();
    const channel = it.joined("t");
    it.push(channel, "p");
    end(it, channel);
    expect(whether(it)).toEqual([["p", true]]);
    expect(it.session.counters.pushes).toMatchObject({ [code]: 1 });
  });

  test.each(ends)("%s, in the queue: not sent", (code, end) => {
    const it = new Driver().open();
    const channel = it.joining("t");
    it.push(channel, "p");
    end(it, channel);
    expect(whether(it)).toEqual([["p", false]]);
    expect(it.session.counters.pushes).toMatchObject({ [code]: 1 });
  });

  test("a ping: sent if there was a connection", () => {
    const it = new Driver();
    it.handle({ type: "pingServer", push: it.session.ping("early"), timeout: 1_000 });
    expect(whether(it)).toEqual([["early", false]]);
    it.open();
    it.handle({ type: "pingServer", push: it.session.ping("late"), timeout: 1_000 });
    it.closed(LOST);
    it.disconnect();
    expect(whether(it)).toEqual([["late", true]]);
  });
});

describe("R7: a push that cannot be written, or is not wanted any more, fails where it is", () => {
  test.each(["reply", "none"] as const)("unsendable, with the cause: expects %s", (expects) => {
    const session = new Driver().open();
    const channel = session.joined("t");
    const push = session.session.push(channel, "p", "p", {}, expects);
    session.session.handle({ type: "pushMessage", channel, push, timeout: 1 }, session.now);
    const [effect] = session.session.effects.splice(0);
    if (effect?.type !== "sendMessage") throw new Error("It was not sent.");
    const { message } = effect;
    session.handle({ type: "messageUnsendable", message, push, cause: "cycle" });
    const outcome = { type: "failed", code: "unsendable", sent: false, cause: "cycle" };
    expect(session.settled()).toEqual([["p", outcome]]);
    session.pass(10);
    expect(session.settled()).toEqual([]);
    expect(channel.state.type).toBe("joined");
  });

  test.each(["reply", "none"] as const)(
    "refused by the program, expects %s: not sent",
    (expects) => {
      const it = new Driver().open();
      const push = it.session.push(it.joined("t"), "p", "p", {}, expects);
      it.handle({ type: "refusePush", push, code: "aborted", cause: "had enough" });
      const outcome = { type: "failed", code: "aborted", sent: false, cause: "had enough" };
      expect(it.settled()).toEqual([["p", outcome]]);
      expect(it.session.counters.pushes.aborted).toBe(1);
    },
  );

  test("aborted in the queue, and then it is never sent", () => {
    const it = new Driver().open();
    const channel = it.joining("t");
    it.handle({ type: "cancelPush", push: it.push(channel, "p"), code: "aborted" });
    expect(it.failed()).toEqual(["p aborted"]);
    it.answer(channel, "ok");
    expect(it.sent()).toEqual([]);
  });

  test("aborted in flight, and then its reply is nobody's", () => {
    const it = new Driver().open();
    const push = it.push(it.joined("t"), "p");
    it.handle({ type: "cancelPush", push, code: "aborted" });
    expect(it.failed()).toEqual(["p aborted"]);
    it.reply("t", "2");
    expect(it.ignored()).toEqual(["unmatchedReply"]);
  });

  test("a join that cannot be written fails its channel; one of another attempt does not", () => {
    const it = new Driver().open();
    const channel = it.joining("t");
    const message = { type: "join", topic: "t", joinRef: "0", ref: "0", payload: {} } as const;
    it.handle({ type: "messageUnsendable", message, push: null, cause: null });
    expect(channel.state.type).toBe("joining");
    it.closed(CLOSED);
    it.handle({ type: "messageUnsendable", message, push: null, cause: null });
    expect(channel.state.type).toBe("waiting");
  });
});

describe("R8: no more than maxInFlight pushes of a channel are on their way", () => {
  test("one more fails at once, and is not sent; an outcome makes room", () => {
    const it = new Driver().open();
    const channel = it.joined("t");
    for (let index = 0; index < 6; index++) it.push(channel, `p${index}`);
    const effects = it.effects();
    expect(effects.filter(({ type }) => type === "sendMessage")).toHaveLength(5);
    expect(effects.at(-1)).toEqual({
      type: "pushSettled",
      push: "p5",
      outcome: { type: "failed", code: "queueFull", sent: false },
    });
    it.pass(4_000);
    expect(it.failed().toSorted()).toEqual(
      ["p0", "p1", "p2", "p3", "p4"].map((name) => `${name} timeout`),
    );
    it.push(channel, "p6");
    expect(it.sent()).toHaveLength(1);
  });

  test("what waited for the join counts like any other", () => {
    const it = new Driver({ maxQueued: 7 }).open();
    const channel = it.joining("t");
    for (let index = 0; index < 7; index++) it.push(channel, `p${index}`);
    it.answer(channel, "ok");
    expect(it.failed()).toEqual(["p5 queueFull", "p6 queueFull"]);
    expect(channel.pushes.inFlight).toBe(5);
  });

  test("those that expect no reply count until the transport has them", () => {
    const it = new Driver().open();
    const channel = it.joined("t");
    const { session } = it;
    const send = (name: string): void => {
      const push = session.push(channel, name, name, {}, "none");
      session.handle({ type: "pushMessage", channel, push, timeout: 1_000 }, 0);
    };
    // As from inside a handler: effects are performed when it has returned.
    for (let index = 0; index < 6; index++) send(`p${index}`);
    const { effects } = session;
    expect(effects.filter(({ type }) => type === "sendMessage")).toHaveLength(5);
    const [first] = effects;
    if (first?.type !== "sendMessage" || first.push === null) throw new Error("nothing was sent");
    session.handle({ type: "pushSent", push: first.push }, 0);
    expect(channel.pushes.inFlight).toBe(4);
  });

  test("other channels and pings have bounds of their own", () => {
    const it = new Driver().open();
    const [one, other] = [it.joined("t"), it.joined("u")];
    for (let index = 0; index < 6; index++) it.push(one, `p${index}`);
    it.effects();
    it.push(other, "q");
    for (let index = 0; index < 6; index++) {
      it.handle({ type: "pingServer", push: it.session.ping(`ping${index}`), timeout: 1_000 });
    }
    const effects = it.effects();
    expect(effects.filter(({ type }) => type === "sendMessage")).toHaveLength(6);
    expect(effects.at(-1)).toMatchObject({ push: "ping5", outcome: { code: "queueFull" } });
  });
});
