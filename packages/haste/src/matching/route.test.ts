import { describe, expect, test } from "vitest";
import type { BoundFilter } from "../filter/filter.ts";
import { routeTo } from "./route.ts";

const eq = (column: number, value: string): BoundFilter => ({ op: "eq", column, value });
const gt = (column: number, value: string): BoundFilter => ({ op: "gt", column, value });
const lt = (column: number, value: string): BoundFilter => ({ op: "lt", column, value });
const ne: BoundFilter = { op: "ne", column: 3, value: "1" };

describe("routeTo", () => {
  test("an equality says it all", () => {
    expect(routeTo(eq(1, "7"), () => 0)).toEqual({ atoms: [eq(1, "7")], rest: [] });
  });

  test("takes the condition with the fewest others on it, and leaves the others to be asked", () => {
    const filter: BoundFilter = {
      op: "and",
      of: [eq(1, "7"), { op: "and", of: [eq(2, "8"), ne] }],
    };
    const crowd: Record<number, number> = { 1: 10, 2: 3 };
    const route = routeTo(filter, ({ column }) => crowd[column] ?? 0);
    expect(route).toEqual({ atoms: [eq(2, "8")], rest: [eq(1, "7"), ne] });
  });

  test("two ends are one range; a third is left to be asked", () => {
    const filter: BoundFilter = { op: "and", of: [gt(1, "3"), lt(1, "9"), lt(1, "7")] };
    expect(routeTo(filter, () => 0)).toEqual({
      atoms: [{ op: "range", column: 1, low: "3", high: "9" }],
      rest: [lt(1, "7")],
    });
  });

  test("a prefix is asked all the same: its range holds blanks that mean nothing", () => {
    const prefix: BoundFilter = { op: "prefix", column: 1, value: "a" };
    expect(routeTo(prefix, () => 0)).toEqual({
      atoms: [{ op: "range", column: 1, low: "a", high: "b" }],
      rest: [prefix],
    });
  });

  test("branches lead to a filter each by itself; where one asks more, the whole is asked", () => {
    const sure: BoundFilter = { op: "or", of: [eq(1, "7"), gt(2, "8")] };
    expect(routeTo(sure, () => 0).rest).toEqual([]);
    const unsure: BoundFilter = { op: "or", of: [eq(1, "7"), { op: "and", of: [eq(2, "8"), ne] }] };
    expect(routeTo(unsure, () => 0)).toEqual({ atoms: [eq(1, "7"), eq(2, "8")], rest: [unsure] });
  });

  test("where one branch cannot be looked up, nothing can", () => {
    const filter: BoundFilter = { op: "or", of: [eq(1, "7"), ne] };
    expect(routeTo(filter, () => 0)).toEqual({ atoms: "all", rest: [filter] });
  });
});
