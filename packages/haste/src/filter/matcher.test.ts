// SQL's logic on null, where it is easily got wrong; src/agreement asks databases about the rest.
import { expect, test } from "vitest";
import { FLIGHTS as table } from "../fixtures/flights.ts";
import { bindFilter } from "./bind.ts";
import { and, contains, eq, isIn, isNull, lt, ne, not, or } from "./builders.ts";
import { matcher } from "./matcher.ts";

const NOWHERE = ["1", null, null, "1.00", "2026-11-26 07:30:00+00", "gone", null];

test.each([
  [eq("gate", "A1"), false],
  [ne("gate", "A1"), false],
  [not(eq("gate", "A1")), false],
  [not(lt("delay", 1)), false],
  [not(contains("gate", "")), false],
  [isIn("gate", ["A1"]), false],
  [not(isIn("gate", ["A1"])), false],
  [isIn("gate", []), false],
  [not(isIn("gate", [])), true],
  [isNull("gate"), true],
  [not(isNull("gate")), false],
  [or(eq("gate", "A1"), isNull("delay")), true],
  [not(and(eq("gate", "A1"), eq("status", "boarding"))), true],
  [not(or(eq("gate", "A1"), eq("status", "boarding"))), false],
  [not(not(eq("fare", "1"))), true],
])("a flight from nowhere: %j is %s", (filter, kept) => {
  expect(matcher(bindFilter(filter, table), table)(NOWHERE)).toBe(kept);
});
