// Whether an answer may be older than what is known depends on what was known when it was asked for.
import { expect, test } from "vitest";
import type { PageMirror } from "../fixtures/page-mirror.ts";
import type { PagePlan } from "./page-plan.ts";
import { PageRecord } from "./page-record.ts";

const PLAN = { relation: {} } as PagePlan;
const MIRROR = { rows: [], more: [false, false], header: {} } as unknown as PageMirror;
const ALL: readonly [number, number] = [0, 0];

/** The positions that a record holds after these, each with how much was observed at its asking. */
function positions(...told: readonly [origin: "live" | "seen", position: number, since: number][]) {
  const record = new PageRecord("ann", PLAN);
  for (const [origin, position, since] of told) {
    record.isTrue(MIRROR, `an epoch/${position}`, origin, ALL, ALL, since);
  }
  return record.observed.map(({ version }) => Number(version.position));
}

test("what was told while an answer was on its way may be newer, and the answer says nothing then", () => {
  expect(positions(["live", 5, 0], ["seen", 8, 1])).toEqual([5, 8]);
  expect(positions(["live", 5, 0], ["live", 9, 1], ["seen", 8, 1])).toEqual([5, 9]);
  expect(positions(["live", 5, 0], ["live", 8, 1], ["seen", 8, 1])).toEqual([5, 8, 8]);
});

test("an answer that is older than what was known when it was asked for is held against it", () => {
  expect(positions(["live", 9, 0], ["seen", 8, 1])).toEqual([9, 8]);
});
