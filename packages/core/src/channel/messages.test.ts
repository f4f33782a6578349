// Which messages are handed over, and what becomes of all others. The invariant C10 of SPEC.md, and
// its table of ignored frames.
import { describe, expect, test } from "vitest";
import type { IgnoredFrame } from "../counters.ts";
import type { ServerMessage } from "../message.ts";
import { Driver, LOST } from "../testing/driver.ts";

const broadcast = (event: string, topic = "t"): ServerMessage => ({
  type: "broadcast",
  topic,
  event,
  payload: {},
});
const serverPush = (event: string, joinRef: string | null): ServerMessage => ({
  type: "serverPush",
  topic: "t",
  joinRef,
  event,
  payload: {},
});

describe("C10: a member gets the messages of its membership in order, each as often as it came", () => {
  test("pushes of the current join_ref and broadcasts", () => {
    const it = new Driver().open();
    it.joined("t");
    for (const message of [
      serverPush("a", "1"),
      broadcast("b"),
      broadcast("b"),
      serverPush("c", "9"),
      serverPush("d", null),
      broadcast("e", "other"),
      broadcast("f"),
    ]) {
      it.receive(message);
    }
    expect(it.messages()).toEqual(["a", "b", "b", "d", "f"]);
  });

  test("the message is handed over as it came, to its channel", () => {
    const it = new Driver().open();
    it.joined("other");
    it.joined("t");
    const message = serverPush("a", "2") as ServerMessage & { type: "serverPush" };
    it.receive(message);
    expect(it.effects()).toEqual([{ type: "messageReceived", channel: "t", message }]);
  });

  test("none before the server's word, none after the membership", () => {
    const it = new Driver().open();
    const channel = it.joining("t");
    it.receive(broadcast("early"));
    it.receive(serverPush("early", "1"));
    it.answer(channel, "ok");
    it.receive(broadcast("in time"));
    it.leave(channel);
    it.receive(broadcast("late"));
    it.receive(serverPush("late", "1"));
    it.answerLeave(channel);
    it.receive(broadcast("late"));
    it.join(channel);
    it.params(channel);
    it.answer(channel, "ok");
    it.receive(serverPush("stale", "1"));
    expect(it.messages()).toEqual(["in time"]);
  });

  test("a topic is a name, whatever it looks like", () => {
    const it = new Driver().open();
    for (const topic of ["__proto__", "constructor", "toString", ""]) {
      it.receive(broadcast("nobody's", topic));
      it.joined(topic);
      it.receive(broadcast("somebody's", topic));
      expect(it.messages()).toEqual(["somebody's"]);
    }
  });
});

describe("each frame that means nothing is counted under its name", () => {
  const cases: [IgnoredFrame, string, (it: Driver) => void][] = [
    ["undecodable", "a frame that is no message", (it) => it.handle({ type: "frameRejected" })],
    [
      "closing",
      "a message after our own close",
      (it) => {
        it.disconnect();
        it.receive(broadcast("e"));
      },
    ],
    [
      "closing",
      "a frame that is no message, after our own close",
      (it) => {
        it.disconnect();
        it.handle({ type: "frameRejected" });
      },
    ],
    ["unknownTopic", "a broadcast to a topic of nobody's", (it) => it.receive(broadcast("e", "x"))],
    [
      "unknownTopic",
      "a phx_error of a topic of nobody's",
      (it) => it.receive({ type: "error", topic: "x", joinRef: "9", payload: {} }),
    ],
    [
      "unknownTopic",
      "an event of the socket's own topic",
      (it) => it.receive(broadcast("e", "phoenix")),
    ],
    [
      "lateClose",
      "a phx_close of a topic of nobody's",
      (it) => it.receive({ type: "close", topic: "x", joinRef: "9", payload: {} }),
    ],
    [
      "lateClose",
      "a phx_close of an old membership",
      (it) => it.receive({ type: "close", topic: "t", joinRef: "0", payload: {} }),
    ],
    [
      "staleJoinRef",
      "a phx_error of an old membership",
      (it) => it.receive({ type: "error", topic: "t", joinRef: "0", payload: {} }),
    ],
    ["staleJoinRef", "a push for an old membership", (it) => it.receive(serverPush("e", "0"))],
    [
      "notJoined",
      "a broadcast while the join is not answered",
      (it) => {
        it.joining("new");
        it.receive(broadcast("e", "new"));
      },
    ],
    ["unmatchedReply", "a reply to a ref that was never sent", (it) => it.reply("t", "99")],
    ["unmatchedReply", "a reply without a ref", (it) => it.reply("t", null)],
    ["unmatchedReply", "a reply to another type of ref", (it) => it.reply("t", 1)],
    ["unmatchedReply", "a reply on a topic of nobody's", (it) => it.reply("x", "1")],
    [
      "unmatchedReply",
      "a heartbeat's reply that nobody waits for",
      (it) => it.reply("phoenix", "1"),
    ],
    ["unmatchedReply", "a duplicate of the answer to the join", (it) => it.reply("t", "1")],
  ];

  test.each(cases)("%s: %s", (why, _what, when) => {
    const it = new Driver().open();
    const channel = it.joined("t");
    when(it);
    expect(it.ignored()).toEqual([why]);
    const { ignored } = it.session.counters;
    expect(Object.values(ignored).reduce((sum, count) => sum + count)).toBe(1);
    expect(ignored[why]).toBe(1);
    // The channel is none the worse for it.
    if (why !== "closing") expect(channel.state).toMatchObject({ type: "joined", joinRef: "1" });
  });

  test("without a connection, whatever comes is of the one before", () => {
    const it = new Driver().open();
    it.joined("t");
    it.closed(LOST);
    it.effects();
    it.receive(broadcast("e"));
    expect(it.ignored()).toEqual(["closing"]);
    expect(it.session.counters.messagesReceived).toBe(1);
  });
});
