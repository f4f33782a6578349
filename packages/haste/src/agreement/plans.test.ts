// That the queries of pages read hardly more than their rows, by the index that they are said to need.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bindFilter } from "../filter/bind.ts";
import { openTextDatabase, type TextDatabase } from "../fixtures/text-database.ts";
import { bindOrder } from "../order/bind.ts";
import { indexFor } from "../order/index-for.ts";
import type { Order } from "../order/order.ts";
import { halfQuery, type Half } from "../query/page-query.ts";
import type { Table } from "../table.ts";
import { typeOf } from "../fixtures/flights.ts";

const table: Table = {
  id: "public.seats",
  schema: "public",
  name: "seats",
  columns: [
    { name: "id", type: typeOf("integer"), nullable: false },
    { name: "tenant", type: typeOf("text"), nullable: false, collation: "deterministic" },
    { name: "name", type: typeOf("text"), nullable: false, collation: "deterministic" },
    { name: "class", type: typeOf("integer"), nullable: false },
    { name: "price", type: typeOf("numeric"), nullable: true },
  ],
  key: [0],
};

let database: TextDatabase;
beforeAll(async () => {
  database = await openTextDatabase();
  await database.run(
    `CREATE TABLE seats (id int4 PRIMARY KEY, tenant text NOT NULL, name text NOT NULL,
                         class int4 NOT NULL, price numeric)`,
    [],
  );
  await database.run(
    `INSERT INTO seats SELECT n, 'tenant ' || n % 2, 'Sitz ' || n * 7919 % 20000, n % 3,
                              CASE WHEN n % 4 <> 0 THEN n % 10 END
     FROM generate_series(1, 20000) AS n`,
    [],
  );
});
afterAll(() => database.close());

interface Plan {
  readonly "Node Type": string;
  readonly "Actual Rows": number;
  readonly "Rows Removed by Filter"?: number;
  readonly Plans?: readonly Plan[];
}

function nodes(plan: Plan): readonly Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodes)];
}

async function explain(half: Half): Promise<readonly Plan[]> {
  const { sql, parameters } = halfQuery(half);
  const [row] = await database.run(`EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`, parameters);
  const [{ Plan: plan }] = JSON.parse(row?.[0] ?? "") as [{ Plan: Plan }];
  return nodes(plan);
}

const ORDERS: Readonly<Record<string, Order>> = {
  "text by bytes": [{ column: "name" }],
  "one direction": [
    { column: "class", direction: "desc" },
    { column: "id", direction: "desc" },
  ],
  "mixed directions": [{ column: "class", direction: "desc" }, { column: "name" }],
  "nulls last": [{ column: "price" }],
  "nulls first": [{ column: "class" }, { column: "price", nulls: "first" }, { column: "name" }],
};

describe.each(Object.entries(ORDERS))("%s", (_, given) => {
  const order = bindOrder(given, table);
  const filter = bindFilter(["eq", "tenant", "tenant 1"], table);
  const LIMIT = 10;

  test("a page anywhere is read by its index, and little beside", async () => {
    const places = [
      ["5001", "tenant 1", "Sitz 5", "1", "7"],
      ["5002", "tenant 1", "Sitz 5", "1", null],
    ];
    await database.run(indexFor(table, order, [1]), []);
    await database.run("ANALYZE seats", []);
    for (const place of places) {
      const anchor = order.map(({ column }) => place[column] ?? null);
      for (const side of ["after", "before"] as const) {
        const plan = await explain({ table, filter, order, anchor, side, limit: LIMIT });
        expect(plan.map((node) => node["Node Type"])).not.toContain("Seq Scan");
        const scans = plan.filter((node) => node["Node Type"].endsWith("Scan"));
        const read = scans.map(
          (scan) => scan["Actual Rows"] + (scan["Rows Removed by Filter"] ?? 0),
        );
        // Of 20,000: each range its limit, and where a range is small, perhaps all of it.
        expect(read.reduce((sum, rows) => sum + rows, 0)).toBeLessThan(100);
      }
    }
    await database.run(`DROP INDEX ${/"[^"]+_page"/.exec(indexFor(table, order, [1]))?.[0]}`, []);
  });
});
