// A filter as a closure.
import type { Row } from "../row.ts";
import { columnAt } from "../sql/names.ts";
import type { Table } from "../table.ts";
import type { BoundFilter } from "./filter.ts";
import { fold } from "./fold.ts";

/** Whether a row is what a filter asks for. */
export type Matcher = (row: Row) => boolean;

/**
 * The filter as a function of rows: true exactly where SQL's WHERE would keep the row.
 *
 * Three-valued logic without a third value: `not` is carried down to the conditions, which Kleene's
 * logic allows, and a condition on null is not met, negated or not.
 */
export function matcher(filter: BoundFilter, table: Table): Matcher {
  return compile(filter, table, false);
}

function compile(filter: BoundFilter, table: Table, negated: boolean): Matcher {
  switch (filter.op) {
    case "and":
    case "or": {
      const parts = filter.of.map((part) => compile(part, table, negated));
      return (filter.op === "and") === negated ? some(parts) : every(parts);
    }
    case "not":
      return compile(filter.of, table, !negated);
    case "isNull": {
      const { column } = filter;
      return (row) => (row[column] === null) !== negated;
    }
    default: {
      const { column } = filter;
      const test = condition(filter, table);
      // Null is not in a list, but neither is it unknown whether it is in an empty one.
      if (filter.op === "in" && filter.values.length === 0) return () => negated;
      return (row) => {
        const value = row[column];
        return value !== null && value !== undefined && test(value) !== negated;
      };
    }
  }
}

type Condition = Extract<BoundFilter, { column: number }>;

function condition(filter: Condition, table: Table): (value: string) => boolean {
  const { type } = columnAt(table, filter.column);
  switch (filter.op) {
    case "eq":
    case "ne": {
      const key = type.key(filter.value);
      const equal = filter.op === "eq";
      return (value) => (type.key(value) === key) === equal;
    }
    case "in": {
      const keys = new Set(filter.values.map((value) => type.key(value)));
      return (value) => keys.has(type.key(value));
    }
    case "lt":
      return (value) => type.compare(value, filter.value) < 0;
    case "lte":
      return (value) => type.compare(value, filter.value) <= 0;
    case "gt":
      return (value) => type.compare(value, filter.value) > 0;
    case "gte":
      return (value) => type.compare(value, filter.value) >= 0;
    case "prefix":
      return (value) => type.key(value).startsWith(filter.value);
    case "contains": {
      const folded = fold(filter.value);
      return (value) => fold(type.key(value)).includes(folded);
    }
    case "isNull":
      return () => false;
  }
}

function every(parts: readonly Matcher[]): Matcher {
  const [first, second] = parts;
  if (first === undefined) return () => true;
  if (second === undefined) return first;
  if (parts.length === 2) return (row) => first(row) && second(row);
  return (row) => {
    for (const part of parts) if (!part(row)) return false;
    return true;
  };
}

function some(parts: readonly Matcher[]): Matcher {
  const [first, second] = parts;
  if (first === undefined) return () => false;
  if (second === undefined) return first;
  if (parts.length === 2) return (row) => first(row) || second(row);
  return (row) => {
    for (const part of parts) if (part(row)) return true;
    return false;
  };
}
