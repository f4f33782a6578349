// What the builders let through for a row, and what not.
import { expectTypeOf, test } from "vitest";
import {
  and,
  between,
  contains,
  eq,
  gt,
  isIn,
  isNotNull,
  isNull,
  lt,
  ne,
  not,
  or,
  prefix,
} from "./builders.ts";
import type { Filter } from "./filter.ts";
import type { FilterOf } from "./filter-of.ts";

interface Flight {
  id: string;
  gate: string | null;
  delay: number | null;
  cancelled: boolean;
  status: "planned" | "boarding" | "gone";
  notes: { readonly author: string } | null;
}

function page(where: FilterOf<Flight>): Filter {
  return where;
}

test("columns with values of their type", () => {
  page(eq("gate", "A1"));
  page(ne("delay", 15));
  page(eq("cancelled", true));
  page(lt("status", "gone"));
  page(isIn("status", ["planned", "boarding"]));
  page(between("delay", 10, 20));
  page(prefix("gate", "A"));
  page(contains("gate", "a"));
  page(isNull("notes"));
  page(and(eq("gate", "A1"), or(gt("delay", 15), not(isNotNull("gate"))), and()));
  page(eq("gate", "A1".toLowerCase()));
  page(isIn("delay", [1, 2, 3]));
});

test("a bigint or numeric, which is a string, may be given as a number", () => {
  page(gt("id", 5));
  page(gt("id", "9007199254740993"));
});

test("nothing else", () => {
  // @ts-expect-error no such column
  page(eq("gat", "A1"));
  // @ts-expect-error a number belongs here
  page(eq("delay", "15"));
  // @ts-expect-error nothing equals null
  page(eq("gate", null));
  // @ts-expect-error no such label
  page(eq("status", "nowhere"));
  // @ts-expect-error one of the labels does not exist
  page(isIn("status", ["planned", "nowhere"]));
  // @ts-expect-error json cannot be compared
  page(eq("notes", "x"));
  // @ts-expect-error a number has no prefix
  page(prefix("delay", "1"));
  // @ts-expect-error an enum has no prefix
  page(contains("status", "go"));
  // @ts-expect-error wrong in the depth, too
  page(and(eq("gate", "A1"), or(not(eq("delay", "15")))));
});

test("what they return is a filter of any table", () => {
  expectTypeOf(and(eq("gate", "A1"), isIn("delay", [1]))).toExtend<Filter>();
  expectTypeOf<FilterOf<Flight>>().toExtend<Filter>();
});
