// Joins and leaves that say what is not so: each must be found.
import { describe, expect, test } from "vitest";
import type { Settled } from "./observation.ts";
import { joinedAs, socketStats, TestHistory } from "../testing/history.ts";

const connected = (): TestHistory => new TestHistory().connected();
const member = (): TestHistory => connected().joined();
const OK: Settled = { type: "resolved", value: undefined };
const failed = (code: string, response?: unknown): Settled => ({
  type: "rejected",
  code,
  response,
});

const asked = (history: TestHistory): TestHistory =>
  history.client({ type: "joinCalled", call: 7 });
const answered = (history: TestHistory, settled: Settled): TestHistory =>
  history.client({ type: "joinSettled", call: 7, settled });
const left = (history: TestHistory): TestHistory =>
  history.client({ type: "leaveCalled", call: 8, timeout: null, state: "joined", isOpen: true });
/** A join was given up, and is being taken back. */
const givenUp = (history: TestHistory): TestHistory =>
  history.client({
    type: "channelChanged",
    state: { type: "leaving", joinRef: "1", leaveRef: "2", then: "stay" },
    isCurrent: true,
  });
const leftAgain = (history: TestHistory): TestHistory =>
  history.client({ type: "leaveCalled", call: 8, timeout: null, state: "leaving", isOpen: true });
const gone = (history: TestHistory, settled: Settled): TestHistory =>
  history.client({ type: "leaveSettled", call: 8, settled, isOpen: true });
const terminated = (history: TestHistory): TestHistory =>
  history.server({ type: "terminated", m: 1, reason: "left" });
const ended = (history: TestHistory): TestHistory =>
  history.client({ type: "lifeEnded", stats: socketStats(), state: { type: "idle" } });

describe("nothing is found", () => {
  test.each<[string, TestHistory]>([
    [
      "let in, and told so",
      answered(asked(connected()).letIn(1), { type: "resolved", value: { m: 1 } }),
    ],
    [
      "turned away",
      answered(
        asked(connected()).server({ type: "turnedAway" }),
        failed("refused", { reason: "ordered" }),
      ),
    ],
    [
      "no such topic",
      answered(asked(connected()), failed("refused", { reason: "unmatched topic" })),
    ],
    ["a leave on the server's word", gone(terminated(left(member())), OK)],
    ["a leave that the server never answers", gone(left(member()).pass(500), failed("timeout"))],
    [
      "a leave that is asked for while that of a join that was given up is under way",
      gone(leftAgain(givenUp(connected()).pass(300)).pass(200), failed("timeout")),
    ],
    [
      "a leave while a handler is at work",
      gone(left(member().server({ type: "working", m: 1, by: 1 })), OK),
    ],
  ])("%s", (_, history) => {
    expect(history.found()).toEqual([]);
  });
});

describe("found", () => {
  test.each<[string, TestHistory, string]>([
    [
      "joined, and never let in",
      answered(asked(connected()), { type: "resolved", value: { m: 1 } }),
      "the server let in null last",
    ],
    [
      "told to be joined, and never let in",
      connected().client({ type: "channelChanged", state: joinedAs(1), isCurrent: true }),
      "the server let in null last",
    ],
    [
      "joined as a member of before",
      answered(asked(connected().letIn(1).letIn(2)), { type: "resolved", value: { m: 1 } }),
      "the server let in 2 last",
    ],
    [
      "joined twice by one answer",
      member().client({ type: "channelChanged", state: joinedAs(1), isCurrent: true }),
      "joined told twice",
    ],
    [
      "refused by nobody",
      answered(asked(connected()), failed("refused")),
      "and the server did not",
    ],
    ["aborted by nobody", answered(asked(connected()), failed("aborted")), "nobody gave it up"],
    [
      "disconnected by nobody",
      answered(asked(connected()), failed("disconnected")),
      "and nobody disconnected",
    ],
    ["left by nobody", answered(asked(connected()), failed("left")), "nobody left"],
    [
      "an outcome that there is not",
      answered(asked(connected()), failed("oops")),
      "not of the closed set",
    ],
    ["a leave before the server's word", gone(left(member()), OK), "the server has not ended 1"],
    [
      "a leave that times out too early",
      gone(left(member()).pass(100), failed("timeout")),
      "timed out after 100 of 500 ms",
    ],
    [
      "a leave that times out before the one under way could",
      gone(leftAgain(givenUp(connected()).pass(300)).pass(100), failed("timeout")),
      "timed out after 400 of 500 ms",
    ],
    [
      "a leave that fails as it may not",
      gone(left(member()), failed("oops")),
      "a leave failed as oops",
    ],
    ["a leave that does not end", left(member()).pass(100_000), "a leave of room:1 is not settled"],
    ["a join that has no end", ended(asked(connected())), "a join of room:1 is not settled"],
    ["a leave that has no end", ended(left(member())), "a leave of room:1 is not settled"],
    ["a membership terminated twice", terminated(terminated(member())), "was terminated twice"],
  ])("%s", (_, history, sentence) => {
    expect(history.found().join("\n")).toContain(sentence);
  });
});
