// Every way in which messages can be wrong, told to the model, which must find it.
import { expect, describe, test } from "vitest";
import { TestHistory } from "../testing/history.ts";

const member = (): TestHistory => new TestHistory().connected().joined();
const LEFT = {
  type: "channelChanged",
  state: { type: "left", by: "leave", confirmed: true },
  isCurrent: true,
} as const;
const left = (history: TestHistory): TestHistory =>
  history.client({ type: "leaveCalled", call: 9, timeout: null, state: "joined", isOpen: true });

describe("nothing is found", () => {
  test.each<[string, TestHistory]>([
    ["messages in order", member().item({ m: 1, seq: 2 }).item({ m: 1, seq: 3 })],
    [
      "messages and broadcasts in order",
      member().broadcast(1).news(1).item({ m: 1, seq: 2, b: 1 }).broadcast(2).news(2),
    ],
    [
      "a broadcast that was not for this membership",
      member().broadcast(1, 1).broadcast(2).news(2).item({ m: 1, seq: 2, b: 2 }),
    ],
    [
      "another membership after a leave",
      left(member()).client(LEFT).joined(2).item({ m: 2, seq: 2 }),
    ],
    [
      "all that was sent before a reply",
      member().pushed("p").handled("p").replied("p").item({ m: 1, seq: 2 }).ok("p", { seq: 2 }),
    ],
  ])("%s", (_, history) => {
    expect(history.found()).toEqual([]);
  });
});

describe("found", () => {
  test.each<[string, TestHistory, string]>([
    ["a message twice", member().item({ m: 1, seq: 1 }), "came after number 1"],
    ["a message left out", member().item({ m: 1, seq: 3 }), "came after number 1"],
    [
      "the first one left out",
      new TestHistory()
        .connected()
        .letIn(1)
        .client({ type: "tapped", listen: "late" })
        .item({ m: 1, seq: 2 }),
      "is the first that was seen",
    ],
    ["a broadcast twice", member().broadcast(1).news(1).news(1), "is out of turn"],
    ["a broadcast left out", member().broadcast(1).broadcast(2).news(2), "is out of turn"],
    [
      "a broadcast back to its sender",
      member()
        .broadcast(1, 1)
        .client({ type: "messageSeen", event: "others", stamp: { g: 0, b: 1, from: 1 } }),
      "came back to its sender",
    ],
    [
      "a message before its broadcast",
      member().broadcast(1).item({ m: 1, seq: 2, b: 1 }),
      "came before the broadcast 1",
    ],
    [
      "a message after a later broadcast",
      member().broadcast(1).news(1).item({ m: 1, seq: 2, b: 0 }),
      "came after the broadcast 1",
    ],
    [
      "an older membership's message",
      left(member()).client(LEFT).joined(2).item({ m: 1, seq: 2 }),
      "is from before the membership 2",
    ],
    [
      "another client's message",
      member()
        .see({ type: "letIn", life: "c2.0", topic: "room:1", m: 5, g: 0, attempt: 1 })
        .item({ m: 5, seq: 1 }),
      "is for",
    ],
    ["after leave()", left(member()).item({ m: 1, seq: 2 }), "after leave() or disconnect()"],
    [
      "after disconnect()",
      member()
        .client({ type: "disconnectCalled", call: 9, how: "disconnect" })
        .item({ m: 1, seq: 2 }),
      "after leave() or disconnect()",
    ],
    [
      "after the membership ended",
      member()
        .client({ ...LEFT, state: { type: "errored", reason: { type: "crashed" } } })
        .item({ m: 1, seq: 2 }),
      "while the membership was null",
    ],
    [
      "another server's broadcast",
      member().client({ type: "messageSeen", event: "news", stamp: { g: 3, b: 1 } }),
      "is of another server",
    ],
    [
      "a reply that overtook a message",
      member().pushed("p").handled("p").replied("p").ok("p", { seq: 2 }),
      "came before the message 2",
    ],
    [
      "a reply that overtook a broadcast",
      member().broadcast(1).pushed("p").handled("p").replied("p").ok("p", { b: 1 }),
      "came before the broadcast 1",
    ],
  ])("%s", (_, history, sentence) => {
    expect(history.found().join("\n")).toContain(sentence);
  });
});
