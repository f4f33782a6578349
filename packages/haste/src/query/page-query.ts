// The queries of SPEC.md: what a page shows is what they return.
import type { BoundFilter } from "../filter/filter.ts";
import { filterSql } from "../filter/sql.ts";
import type { Anchor, BoundOrder } from "../order/order.ts";
import { keysetSql, orderSql, reversed } from "../order/sql.ts";
import { quoteIdentifier, tableSql } from "../sql/names.ts";
import { Parameters } from "../sql/parameters.ts";
import type { Table } from "../table.ts";

/** A query for `Snapshot.query`. */
export interface Query {
  readonly sql: string;
  readonly parameters: readonly (string | null)[];
}

/** What is read: rows of a table, all its columns in its order. */
export interface Selection {
  readonly table: Table;
  /** The filter that was asked for and the policy's, both. */
  readonly filter: BoundFilter;
  /** What stands behind FROM, where it is not the table: `(SELECT … JOIN …) AS "view"`. */
  readonly from?: string;
}

/** One half of a window. */
export interface Half extends Selection {
  readonly order: BoundOrder;
  readonly anchor: Anchor;
  /**
   * `after`: the first rows at the anchor or behind it, in the order. `before`: the last rows before
   * it, nearest first, so in the reverse order.
   */
  readonly side: "before" | "after";
  readonly limit: number;
}

/** Reads one half of a window. */
export function halfQuery({ order, anchor, side, limit, ...selection }: Half): Query {
  const { table } = selection;
  const parameters = new Parameters();
  const ordered = `ORDER BY ${orderSql(side === "before" ? reversed(order) : order, table)} LIMIT ${count(limit)}`;
  const where = filterSql(selection.filter, table, parameters);
  const select = (condition: string): string =>
    `${selectSql(selection, [where, condition])} ${ordered}`;
  const [first, ...others] = branches(order, anchor, side, table);
  if (first === undefined) return { sql: select("FALSE"), parameters: parameters.values };
  if (others.length === 0) return { sql: select(first(parameters)), parameters: parameters.values };
  // Each branch is one range of an index, and gives no more than the limit.
  const parts = [first, ...others].map((branch) => `(${select(branch(parameters))})`);
  const sql = `SELECT * FROM (${parts.join(" UNION ALL ")}) AS page ${ordered}`;
  return { sql, parameters: parameters.values };
}

/** Reads the row with a key, if the filter allows it. @param key the texts of the key's columns. */
export function rowQuery(selection: Selection, key: readonly string[]): Query {
  const { table } = selection;
  const parameters = new Parameters();
  const of = table.key.map((column, at): BoundFilter => ({
    op: "eq",
    column,
    value: key[at] ?? "",
  }));
  const conditions = [selection.filter, { op: "and", of } as const];
  const where = conditions.map((condition) => filterSql(condition, table, parameters));
  return { sql: selectSql(selection, where), parameters: parameters.values };
}

/** Counts the rows; one more than `cap` stands for "more". */
export function countQuery(selection: Selection, cap: number): Query {
  const parameters = new Parameters();
  const where = filterSql(selection.filter, selection.table, parameters);
  const rows = `SELECT 1 FROM ${fromSql(selection)} WHERE ${where} LIMIT ${count(cap) + 1}`;
  return { sql: `SELECT count(*) FROM (${rows}) AS counted`, parameters: parameters.values };
}

function branches(
  order: BoundOrder,
  anchor: Anchor,
  side: "before" | "after",
  table: Table,
): readonly ((parameters: Parameters) => string)[] {
  const all = [() => "TRUE"];
  switch (anchor) {
    case "start":
      return side === "after" ? all : [];
    case "end":
      return side === "before" ? all : [];
    default:
      return keysetSql(order, anchor, side === "after" ? "atOrAfter" : "before", table);
  }
}

function selectSql(selection: Selection, conditions: readonly string[]): string {
  const columns = selection.table.columns.map(({ name }) => quoteIdentifier(name));
  const where = conditions.filter((condition) => condition !== "TRUE").join(" AND ");
  const from = `SELECT ${columns.join(", ")} FROM ${fromSql(selection)}`;
  return where === "" ? from : `${from} WHERE ${where}`;
}

function fromSql({ from, table }: Selection): string {
  return from ?? tableSql(table);
}

/** A number that goes into the SQL as it is. */
function count(limit: number): number {
  if (Number.isSafeInteger(limit) && limit >= 0) return limit;
  throw new RangeError("A limit is a whole number of rows, from 0.");
}
