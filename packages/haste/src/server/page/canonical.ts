// Filters in a form that is the same for filters that say the same.
import type { BoundFilter } from "../../filter/filter.ts";
import { columnAt } from "../../sql/names.ts";
import type { Table } from "../../table.ts";

/** The same text for filters that are the same but for the order of their parts and how values are written. */
export function canonical(filter: BoundFilter, table: Table): string {
  switch (filter.op) {
    case "and":
    case "or": {
      const parts = filter.of.flatMap((part) =>
        part.op === filter.op
          ? part.of.map((inner) => canonical(inner, table))
          : canonical(part, table),
      );
      return parts.length === 1
        ? (parts[0] as string)
        : JSON.stringify([filter.op, ...[...new Set(parts)].sort()]);
    }
    case "not":
      return JSON.stringify(["not", canonical(filter.of, table)]);
    case "isNull":
      return JSON.stringify([filter.op, filter.column]);
    case "prefix":
    case "contains":
      return JSON.stringify([filter.op, filter.column, filter.value]);
    case "in": {
      const { type } = columnAt(table, filter.column);
      const keys = filter.values.map((value) => type.key(value));
      return JSON.stringify(["in", filter.column, ...[...new Set(keys)].sort()]);
    }
    default: {
      const { type } = columnAt(table, filter.column);
      return JSON.stringify([filter.op, filter.column, type.key(filter.value)]);
    }
  }
}
