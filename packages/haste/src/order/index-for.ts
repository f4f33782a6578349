// Which index a view needs, so that a page is read from it and nothing is sorted.
import { columnAt, equalitySql, quoteIdentifier, tableSql } from "../sql/names.ts";
import type { Table } from "../table.ts";
import type { BoundOrder } from "./order.ts";
import { orderSql } from "./sql.ts";

/**
 * The index for pages in this order whose filter says `eq` for some columns: those columns first,
 * then the order's. It serves the reverse order, too.
 *
 * @param equal places of the columns that filters and the policy pin down: a tenant, a user.
 * @returns SQL for the user to run. `CONCURRENTLY`: it does not block writers, and is not to be run
 *   inside a transaction.
 */
export function indexFor(table: Table, order: BoundOrder, equal: readonly number[] = []): string {
  const pinned = equal.map((place) => equalitySql(columnAt(table, place)));
  const columns = [...pinned, orderSql(order, table)].join(", ");
  const names = [...equal, ...order.map(({ column }) => column)];
  const parts = [table.name, ...new Set(names.map((place) => columnAt(table, place).name)), "page"];
  // PostgreSQL cuts longer names off by itself, and may then find two of them equal.
  const name = quoteIdentifier(parts.join("_").slice(0, 63));
  return `CREATE INDEX CONCURRENTLY IF NOT EXISTS ${name} ON ${tableSql(table)} (${columns});`;
}
