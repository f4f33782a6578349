// The columns by which the rows of a list stand where they stand. Pure.
import type { Json } from "../../json.ts";
import type { Order } from "../../order/order.ts";

/** The columns of a whole order: those that were asked for as far as they count, and the key's. */
export function positionColumns(order: Order, key: readonly string[]): readonly string[] {
  const columns: string[] = [];
  for (const { column } of order) {
    // Behind the whole key nothing counts: no two rows are left to tell apart.
    if (key.every((name) => columns.includes(name))) return columns;
    columns.push(column);
  }
  return [...columns, ...key.filter((name) => !columns.includes(name))];
}

/** What stands in these columns of a row. */
export function valuesOf(row: unknown, columns: readonly string[]): readonly Json[] {
  const values = new Map<string, Json>(Object.entries(row as Record<string, Json>));
  return columns.map((name) => values.get(name) ?? null);
}
