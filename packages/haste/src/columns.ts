// The columns of a table by name.
import type { Table } from "./table.ts";

const places = new WeakMap<Table, ReadonlyMap<string, number>>();

/**
 * The place of the column that a client named.
 *
 * @param allowed the names that it may use; all by default.
 * @returns undefined where there is none, or it may not be named.
 */
export function placeOf(
  table: Table,
  name: unknown,
  allowed?: ReadonlySet<string>,
): number | undefined {
  if (typeof name !== "string" || allowed?.has(name) === false) return undefined;
  let known = places.get(table);
  if (known === undefined) {
    known = new Map(table.columns.map((column, place) => [column.name, place]));
    places.set(table, known);
  }
  return known.get(name);
}
