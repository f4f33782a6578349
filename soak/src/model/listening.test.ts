// Handlers and readers that get too much, too little, or in the wrong order: each must be found.
import { describe, expect, test } from "vitest";
import type { Overflow } from "@slipstream/client";
import { socketStats, TestHistory } from "../testing/history.ts";

const member = (): TestHistory => new TestHistory().connected().joined();
const stamp = (seq: number): { m: number; seq: number; g: number; b: number } => ({
  m: 1,
  seq,
  g: 0,
  b: 0,
});

const handler = (history: TestHistory): TestHistory =>
  history.client({ type: "handlerAdded", handler: 1, event: "item" });
const called = (history: TestHistory, seq: number): TestHistory =>
  history.client({ type: "handlerCalled", handler: 1, stamp: stamp(seq) });

const reader = (overflow: Overflow, limit = 5): TestHistory =>
  member().client({ type: "readerOpened", reader: 1, event: undefined, limit, overflow });
const come = (history: TestHistory, ...seqs: readonly number[]): TestHistory => {
  for (const seq of seqs) history.item({ m: 1, seq });
  return history;
};
const read = (history: TestHistory, seq: number, size = 0): TestHistory =>
  history.client({ type: "readerRead", reader: 1, stamp: stamp(seq), size });
const over = (
  history: TestHistory,
  how: "ended" | "broke" | "failed",
  dropped = 0,
  code: string | null = null,
): TestHistory => history.client({ type: "readerEnded", reader: 1, how, code, dropped });

/** The channel is left, by whomever: what comes after is another membership's. */
const left = (history: TestHistory): TestHistory =>
  history.client({
    type: "channelChanged",
    state: { type: "leaving", joinRef: "1", leaveRef: "2", then: "stay" },
    isCurrent: true,
  });

describe("nothing is found", () => {
  test.each<[string, TestHistory]>([
    [
      "a handler called for each message",
      come(called(come(called(handler(member()), 2), 2), 3), 3),
    ],
    [
      "a handler that was removed",
      come(handler(member()).client({ type: "handlerRemoved", handler: 1 }), 2),
    ],
    ["a reader that reads all", over(read(read(come(reader("fail"), 2, 3), 2), 3), "ended")],
    [
      "a reader that is slow to read what came before its channel was left",
      over(read(read(left(come(reader("dropOldest"), 2, 3)).joined(2), 2), 3), "ended"),
    ],
    ["one that breaks", over(read(come(reader("fail"), 2, 3), 2), "broke")],
    [
      "the oldest dropped, and counted",
      over(read(come(reader("dropOldest", 1), 2, 3, 4), 4), "ended", 2),
    ],
    [
      "the newest dropped, and counted",
      over(read(come(reader("dropNewest", 1), 2, 3, 4), 2), "ended", 2),
    ],
    ["one that fails", over(come(reader("fail", 1), 2, 3), "failed", 2, "overflow")],
  ])("%s", (_, history) => {
    expect(history.found()).toEqual([]);
  });
});

describe("found", () => {
  test.each<[string, TestHistory, string]>([
    ["a handler that is not called", come(handler(member()), 2), "reached a handler 0 times"],
    [
      "a handler called twice",
      come(called(called(handler(member()), 2), 2), 2),
      "reached a handler 2 times",
    ],
    [
      "one called after it was removed",
      called(handler(member()).client({ type: "handlerRemoved", handler: 1 }), 2),
      "after it was removed",
    ],
    ["a message read twice", read(read(come(reader("fail"), 2), 2), 2), "is read twice"],
    ["a message that never came", read(reader("fail"), 2), "never came"],
    ["messages out of order", read(read(come(reader("fail"), 2, 3), 3), 2), "comes after 1"],
    [
      "a message lost before the channel was left",
      over(read(left(come(reader("dropOldest"), 2, 3)), 2), "ended"),
      "has lost 1",
    ],
    ["a message lost, where none may be", read(come(reader("leave"), 2, 3), 3), "comes after 1"],
    [
      "dropped, and not counted",
      over(read(come(reader("dropOldest", 1), 2, 3), 3), "ended", 0),
      "has lost 1 messages and says 0",
    ],
    ["lost at the end", over(come(reader("fail"), 2), "ended"), "has lost 1 messages and says 0"],
    ["more waiting than the limit", read(come(reader("fail", 1), 2), 2, 2), "2 messages wait"],
    [
      "a loop without an end",
      reader("fail").client({ type: "lifeEnded", stats: socketStats(), state: { type: "idle" } }),
      "a reader's loop has no end",
    ],
  ])("%s", (_, history, sentence) => {
    expect(history.found().join("\n")).toContain(sentence);
  });
});
