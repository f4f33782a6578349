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
import type { Json } from "../json.ts";
import type { Order } from "../order/order.ts";
import type { Filter } from "./filter.ts";
import type { FilterOf, OrderOf } from "./filter-of.ts";

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

test("in place, as tuples, the same", () => {
  page(["eq", "gate", "A1"]);
  page(["and", ["gte", "delay", 15], ["not", ["in", "status", ["gone"]]]]);
  // @ts-expect-error a number belongs here
  page(["eq", "delay", "15"]);
  // @ts-expect-error no such column
  page(["and", ["eq", "gat", "A1"]]);
  // @ts-expect-error one of them is no number
  page(["in", "delay", [1, "2"]]);
});

test("of rows of which nothing is known, any column with any value", () => {
  const any = (where: FilterOf<Record<string, unknown>>): Filter => where;
  any(eq("gate", "A1"));
  any(and(gt("delay", 15), prefix("gate", "A")));
  // @ts-expect-error no operator
  any(["equals", "gate", "A1"]);
});

test("a column that may be left out, and one that holds JSON", () => {
  interface Row {
    gate?: string | null;
    tags: Json;
    load: number | "NaN" | "Infinity" | "-Infinity";
  }
  const row = (where: FilterOf<Row>): Filter => where;
  row(and(eq("gate", "A1"), isNull("tags"), eq("load", "NaN"), lt("load", 0.5)));
  // @ts-expect-error JSON cannot be compared
  row(eq("tags", "x"));
  // @ts-expect-error no number
  row(eq("load", "much"));
});

test("an order is by columns that can be compared", () => {
  const ordered = (order: OrderOf<Flight>): Order => order;
  ordered([{ column: "gate", direction: "desc", nulls: "last" }, { column: "id" }]);
  // @ts-expect-error no such column
  ordered([{ column: "gat" }]);
  // @ts-expect-error JSON has no order
  ordered([{ column: "notes" }]);
});

test("what they return is a filter of any table", () => {
  expectTypeOf(and(eq("gate", "A1"), isIn("delay", [1]))).toExtend<Filter>();
  expectTypeOf<FilterOf<Flight>>().toExtend<Filter>();
});
