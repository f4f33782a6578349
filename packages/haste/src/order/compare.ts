// An order as closures.
import type { Row } from "../row.ts";
import { columnAt } from "../sql/names.ts";
import type { Table } from "../table.ts";
import type { BoundOrder, Position } from "./order.ts";

/** Where a row stands. */
export function positionOf(row: Row, order: BoundOrder): Position {
  return order.map(({ column }) => row[column] ?? null);
}

/** Compares rows as ORDER BY does: negative, zero or positive. Zero only for rows of the same key. */
export function rowOrder(order: BoundOrder, table: Table): (a: Row, b: Row) => number {
  const parts = order.map((part) => ({ column: part.column, compare: comparison(part, table) }));
  return (a, b) => {
    for (const { column, compare } of parts) {
      const result = compare(a[column] ?? null, b[column] ?? null);
      if (result !== 0) return result;
    }
    return 0;
  };
}

/** Compares a row with a position: negative where the row stands before it. */
export function positionOrder(
  order: BoundOrder,
  table: Table,
): (row: Row, position: Position) => number {
  const parts = order.map((part) => ({ column: part.column, compare: comparison(part, table) }));
  return (row, position) => {
    let at = 0;
    for (const { column, compare } of parts) {
      const result = compare(row[column] ?? null, position[at++] ?? null);
      if (result !== 0) return result;
    }
    return 0;
  };
}

type Comparison = (a: string | null, b: string | null) => number;

function comparison(part: BoundOrder[number], table: Table): Comparison {
  const { type } = columnAt(table, part.column);
  const sign = part.descending ? -1 : 1;
  const ofNull = part.nullsFirst ? -1 : 1;
  return (a, b) => {
    if (a === b) return 0;
    if (a === null) return ofNull;
    if (b === null) return -ofNull;
    return sign * type.compare(a, b);
  };
}
