// One text for filters that say the same, so that equal pages are kept once.
import { columnAt } from "../sql/names.ts";
import type { Table } from "../table.ts";
import type { BoundFilter } from "./filter.ts";
import { fold } from "./fold.ts";

/**
 * A text that is equal only for filters that keep the same rows, whatever the rows; and equal for
 * filters that differ in the order of `and`, `or` and `in`, in what is said twice, in how they are
 * nested or negated, or in the writing of a value (`1.0` and `1.00`).
 */
export function canonical(filter: BoundFilter, table: Table): string {
  return JSON.stringify(form(filter, table, false));
}

/** Arrays, strings and numbers: JSON writes no two of them alike. */
type Form = readonly (string | number | Form)[];

const ALL: Form = ["and"];
const NONE: Form = ["or"];
const OPPOSITE = {
  and: "or",
  or: "and",
  eq: "ne",
  ne: "eq",
  lt: "gte",
  gte: "lt",
  gt: "lte",
  lte: "gt",
} as const;

/** The filter, or its negation: which goes down to the conditions, as Kleene's logic allows. */
function form(filter: BoundFilter, table: Table, negated: boolean): Form {
  const turned = (op: keyof typeof OPPOSITE): string => (negated ? OPPOSITE[op] : op);
  switch (filter.op) {
    case "and":
    case "or":
      return junction(
        turned(filter.op),
        filter.of.map((part) => form(part, table, negated)),
      );
    case "not":
      return form(filter.of, table, !negated);
    case "eq":
    case "ne":
    case "lt":
    case "lte":
    case "gt":
    case "gte": {
      const { type } = columnAt(table, filter.column);
      return [turned(filter.op), filter.column, type.key(filter.value)];
    }
    case "in": {
      const { type } = columnAt(table, filter.column);
      const keys = [...new Set(filter.values.map((value) => type.key(value)))].toSorted();
      const [only] = keys;
      // Nothing is in an empty list, null neither; everything is not in it, null too.
      if (only === undefined) return negated ? ALL : NONE;
      if (keys.length === 1) return [turned("eq"), filter.column, only];
      return withSign(["in", filter.column, keys], negated);
    }
    case "isNull":
      return withSign(["isNull", filter.column], negated);
    case "prefix":
      return withSign(["prefix", filter.column, filter.value], negated);
    case "contains":
      return withSign(["contains", filter.column, fold(filter.value)], negated);
  }
}

function withSign(condition: Form, negated: boolean): Form {
  return negated ? ["not", condition] : condition;
}

function junction(op: string, parts: readonly Form[]): Form {
  const [absorbing, neutral] = op === "and" ? [NONE, ALL] : [ALL, NONE];
  const known = new Map<string, Form>();
  for (const part of parts) {
    const inner = part[0] === op ? (part.slice(1) as readonly Form[]) : [part];
    for (const one of inner) known.set(JSON.stringify(one), one);
  }
  if (known.has(JSON.stringify(absorbing))) return absorbing;
  known.delete(JSON.stringify(neutral));
  const sorted = [...known].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
  const [only] = sorted;
  return sorted.length === 1 && only !== undefined ? only : [op, ...sorted];
}
