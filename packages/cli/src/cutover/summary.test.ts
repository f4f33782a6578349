import type { CutoverResult, PhaseResult } from "@slipstream/lab";
import { CUTOVER_DEFAULTS } from "@slipstream/lab";
import { expect, test } from "vitest";
import { plain } from "../terminal/paint.ts";
import { summaryOf } from "./summary.ts";

/** A cutover whose second client's process got no turn for so many ms. */
function result(heldUp: number): CutoverResult {
  const before: PhaseResult = {
    client: "imitation",
    endsByReason: { sendTimeout: 40 },
    zombiesPeak: 74,
    zombiesAtEnd: 74,
    memoryPeak: 300 * 1024 * 1024,
    lives: 120,
    livesFailed: 0,
    heldUp: 30,
  };
  const after: PhaseResult = {
    ...before,
    client: "slipstream",
    endsByReason: { closedByRemote: 120 },
    zombiesPeak: 53,
    zombiesAtEnd: 0,
    heldUp,
  };
  const given: CutoverResult["given"] = {
    from: "imitation",
    to: "slipstream",
    clientsApart: true,
    cutoverAt: 10_000,
    samples: [],
    before,
    after,
    leftOfFirst: { zombies: 12, endsByReason: {} },
  };
  return { options: CUTOVER_DEFAULTS, given, reversed: null };
}

test("each phase stands in a column, and what was left at the very end below", () => {
  const lines = summaryOf(result(25), plain).split("\n");
  expect(lines[0]).toMatch(/before: imitation +after: slipstream$/);
  expect(lines).toContainEqual(expect.stringMatching(/^zombies at the end +74 +0$/));
  expect(lines).toContainEqual(expect.stringMatching(/^ended: closedByRemote +0 +120$/));
  expect(lines.join("\n")).toContain("At the very end 12 zombies of imitation were left.");
  expect(lines.join("\n")).not.toContain("calmer");
});

test("a client whose process stood still is not blamed for it in silence", () => {
  expect(summaryOf(result(7_000), plain)).toContain("got no turn for 7000 ms");
});
