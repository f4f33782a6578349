// A check that cannot fail is worthless: each thing that can be wrong with a push is told to the
// model and must be found; each way that is right must not.
import { describe, expect, test } from "vitest";
import { LIFE, session, socketStats, TestHistory, type ToldByClient } from "../testing/history.ts";

const P = `${LIFE}:1`;
const member = (): TestHistory => new TestHistory().connected().joined();

describe("nothing is found", () => {
  test.each<[string, TestHistory]>([
    ["ok after its reply", member().pushed(P).handled(P).replied(P).ok(P)],
    [
      "refused as the server said",
      member().pushed(P).handled(P).replied(P, "maybe").failed(P, "refused"),
    ],
    [
      "refused since the channel was gone",
      member()
        .pushed(P)
        .failed(P, "refused", { response: { reason: "unmatched topic" } }),
    ],
    [
      "a timeout in time, though it was executed",
      member().pushed(P).handled(P).pass(100).failed(P, "timeout"),
    ],
    ["executed after its timeout", member().pushed(P).pass(100).failed(P, "timeout").handled(P)],
    [
      "not joined",
      new TestHistory().connected().pushed(P, { state: "idle" }).failed(P, "notJoined"),
    ],
    [
      "the queue is full",
      new TestHistory()
        .pushed(`${P}0`, { state: "waiting" })
        .pushed(`${P}1`, { state: "waiting" })
        .pushed(P, { state: "waiting" })
        .failed(P, "queueFull"),
    ],
    [
      "queued, then sent when joined",
      new TestHistory()
        .connected()
        .pushed(P, { state: "joining" })
        .joined()
        .handled(P)
        .replied(P)
        .ok(P),
    ],
    [
      "lost with the connection",
      member()
        .pushed(P)
        .client(session({ type: "open", attempt: 0, transport: "websocket" }))
        .client(session(CLOSING))
        .failed(P, "disconnected")
        .settle(),
    ],
    ["a send", member().pushed(P, { expects: "none" }).ok(P).handled(P)],
  ])("%s", (_, history) => {
    expect(history.found()).toEqual([]);
  });
});

const CLOSING = {
  type: "closing",
  reason: null,
  then: "retry",
  attempt: 0,
  step: "tcp",
} as const;

describe("found", () => {
  test.each<[string, TestHistory, string]>([
    ["executed twice", member().pushed(P).handled(P).handled(P), "executed 2 times"],
    [
      "ok without a reply",
      member().pushed(P).handled(P).ok(P),
      "said to be ok, and its handler came to no reply",
    ],
    [
      "ok instead of an error",
      member().pushed(P).handled(P).replied(P, "error").ok(P),
      "came to error",
    ],
    [
      "the answer to another push",
      member().pushed(P).handled(P).replied(P).ok(P, { p: "x" }),
      "with the answer to x",
    ],
    [
      "the answer of another membership",
      member().pushed(P).handled(P).replied(P).ok(P, { m: 7 }),
      "from the membership 7",
    ],
    [
      "two outcomes",
      member().pushed(P).handled(P).replied(P).ok(P).failed(P, "timeout"),
      "was said to be ok before",
    ],
    ["refused by nobody", member().pushed(P).failed(P, "refused"), "came to no reply"],
    ["a timeout too early", member().pushed(P).pass(50).failed(P, "timeout"), "after 50 of 100 ms"],
    ["aborted by nobody", member().pushed(P).failed(P, "aborted"), "nobody gave it up"],
    ["left by nobody", member().pushed(P).failed(P, "left"), "nobody left"],
    [
      "disconnected while connected",
      member().pass(1).pushed(P).failed(P, "disconnected"),
      "the connection is up",
    ],
    ["not joined while joined", member().pushed(P).failed(P, "notJoined"), "in the state joined"],
    ["a queue that is not full", member().pushed(P).failed(P, "queueFull"), "with 0 ahead of it"],
    ["unsendable, though it is", member().pushed(P).failed(P, "unsendable"), "it can be written"],
    [
      "an outcome that there is not",
      member().pushed(P).failed(P, "oops"),
      "no outcome of the closed set",
    ],
    [
      "not sent, and executed",
      new TestHistory().connected().pushed(P, { state: "idle" }).failed(P, "notJoined").handled(P),
      "was told that it was not sent: notJoined",
    ],
    [
      "timed out in the queue, and executed",
      new TestHistory()
        .pushed(P, { state: "waiting" })
        .pass(100)
        .failed(P, "timeout", { sent: false })
        .joined()
        .handled(P),
      "was told that it was not sent: timeout",
    ],
    [
      "in flight, said not to be sent, and executed",
      member().pushed(P).handled(P).pass(100).failed(P, "timeout", { sent: false }),
      "so that it was not sent, and the server executed it",
    ],
    [
      "in the queue, and said to be sent",
      new TestHistory().pushed(P, { state: "waiting" }).pass(100).failed(P, "timeout"),
      "as sent, from the queue",
    ],
    [
      "known before it is sent, and said to be sent",
      member().pushed(P, { form: "unsendable" }).failed(P, "unsendable", { sent: true }),
      "said to be unsendable, as sent",
    ],
    [
      "crashed with its channel, and said not to be sent",
      member().pushed(P).failed(P, "channelCrashed", { sent: false }),
      "said to be channelCrashed, as not sent",
    ],
    [
      "no word on whether it was sent",
      member().pushed(P).pass(100).failed(P, "timeout", { sent: null }),
      "and not whether it was sent",
    ],
    [
      "not joined while the socket never ended",
      member().pushed(P, { state: "left" }).failed(P, "notJoined"),
      "in the state left",
    ],
    ["no outcome in time", member().pushed(P).pass(100_000), "has no outcome"],
    [
      "in flight without a connection",
      member().pushed(P).client(session(CLOSING)).settle(),
      "though the connection is over",
    ],
    [
      "in flight without a membership",
      member()
        .pushed(P)
        .client({
          type: "channelChanged",
          state: { type: "left", by: "leave", confirmed: true },
          isCurrent: true,
        })
        .settle(),
      "though room:1 is left",
    ],
    [
      "more in the queue than may be",
      new TestHistory()
        .pushed(`${P}0`, { state: "waiting" })
        .pushed(`${P}1`, { state: "waiting" })
        .pushed(`${P}2`, { state: "waiting" })
        .settle(),
      "3 pushes wait in room:1",
    ],
    ["no outcome at the end", member().pushed(P).client(ended(1)), "has no outcome at the end"],
    [
      "an outcome counted twice",
      member().pushed(P).handled(P).replied(P).ok(P).client(ended(2)),
      "2 outcomes are counted",
    ],
  ])("%s", (_, history, sentence) => {
    expect(history.found().join("\n")).toContain(sentence);
  });
});

function ended(counted: number): ToldByClient {
  const stats = socketStats({ pushes: { ok: counted } });
  return { type: "lifeEnded", stats, state: { type: "idle" } };
}
