// Rows as clients get them.
import type { Json } from "../../json.ts";
import type { Row } from "../../row.ts";
import type { Table } from "../../table.ts";

/** The values of a row's columns at these places, as JSON. */
export function rowJson(table: Table, columns: readonly number[], row: Row): Json[] {
  return columns.map((place) => valueJson(table, place, row[place] ?? null));
}

/** One value. */
export function valueJson(table: Table, place: number, text: string | null): Json {
  if (text === null) return null;
  return (table.columns[place] as Table["columns"][number]).type.toJson(text);
}
