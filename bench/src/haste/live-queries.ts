// PGlite's live queries: they query anew for each change of the table that they read, in the process of
// the reader. A change of one order at a time, since more than that they cannot keep up with.
import { PGlite } from "@electric-sql/pglite";
import { live } from "@electric-sql/pglite/live";
import { pagesOf, whereOf, type Order } from "./mix.ts";
import { fillSql, ORDERS_SQL, type OrdersSize } from "./orders.ts";
import { tenantOf } from "./writing.ts";

/** The ms from each of `changes` writes to when the pages that show it have it. */
export async function measureLiveQueries(
  size: OrdersSize,
  changes: number,
): Promise<readonly number[]> {
  const { tenants } = size;
  const db = await PGlite.create({ extensions: { live } });
  await db.exec(ORDERS_SQL);
  await db.exec(fillSql(size));
  let shown: (page: number, rows: readonly Order[]) => void = () => {};
  for (let page = 0; page < tenants; page += 1) {
    const { sql, values } = whereOf(page);
    await db.live.query<Order>({
      query: `SELECT * FROM orders WHERE ${sql} ORDER BY id LIMIT 50`,
      params: values,
      callback: ({ rows }) => shown(page, rows),
    });
  }
  const latencies: number[] = [];
  for (let change = 1; change <= changes; change += 1) {
    const tenant = tenantOf(change, tenants);
    const missing = new Set(pagesOf(tenant, tenants));
    const began = performance.now();
    const all = new Promise<void>((resolve) => {
      shown = (page, rows) => {
        if (!rows.some(({ note }) => note === String(change)) || !missing.delete(page)) return;
        latencies.push(performance.now() - began);
        if (missing.size === 0) resolve();
      };
    });
    await db.query("UPDATE orders SET note = $1 WHERE id = $2", [String(change), tenant]);
    await all;
  }
  await db.close();
  return latencies;
}
