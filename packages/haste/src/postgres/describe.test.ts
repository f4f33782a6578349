// What a change of the schema costs: tables are described while the stream waits, and every command
// of the schema runs the event triggers.
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PostgresServer } from "../fixtures/postgres.ts";
import type { RunQuery } from "../source/catalog.ts";
import { textQueries } from "./connection.ts";
import { describeTables } from "./describe.ts";
import { setup } from "./index.ts";

let server: PostgresServer;
let client: Client;
const tables = Array.from({ length: 20 }, (_, at) => `flights_${at}`);

beforeAll(async () => {
  server = await PostgresServer.start();
  client = new Client(await server.createDatabase());
  await client.connect();
  await client.query("CREATE TYPE mood AS ENUM ('good', 'bad'); CREATE DOMAIN feeling AS mood");
  for (const table of tables) {
    await client.query(`CREATE TABLE ${table} (id integer PRIMARY KEY, gate text, felt feeling)`);
  }
  await setup(client, tables);
});
afterAll(async () => {
  await client.end();
  await server.remove();
});

/** How many questions the database is asked. */
async function questions(names: readonly string[]): Promise<number> {
  let asked = 0;
  const query = textQueries(client);
  const counted: RunQuery = (sql, parameters) => {
    asked += 1;
    return query(sql, parameters);
  };
  const found = await describeTables(counted, names, {
    publication: "haste",
    slot: "haste",
    isFollowed: true,
  });
  expect(found.map(({ table }) => table.name)).toEqual(names);
  return asked;
}

test("many tables are described in as many questions as one", async () => {
  expect(await questions(tables)).toBe(await questions(["flights_0"]));
});

test("no question is one that PostgreSQL compiles first", async () => {
  const explained: string[] = [];
  const query = textQueries(client);
  const explaining: RunQuery = async (sql, parameters) => {
    explained.push(...(await query(`EXPLAIN ${sql}`, parameters)).map(([line]) => line ?? ""));
    return query(sql, parameters);
  };
  await client.query("SET jit = on");
  await describeTables(explaining, tables, {
    publication: "haste",
    slot: "haste",
    isFollowed: false,
  });
  expect(explained.length).toBeGreaterThan(0);
  const costs = explained.flatMap((line) =>
    Number(/cost=[\d.]+\.\.([\d.]+)/u.exec(line)?.[1] ?? 0),
  );
  // jit_above_cost, as it is by default.
  expect(Math.max(...costs)).toBeLessThan(100_000);
});

test("event triggers are not compiled before they run: that takes longer than they do", async () => {
  const { rows } = await client.query<{ options: string[] }>(
    `SELECT proconfig AS options FROM pg_proc
     WHERE pronamespace = 'haste'::regnamespace AND prorettype = 'event_trigger'::regtype`,
  );
  expect(rows).toHaveLength(2);
  for (const { options } of rows) expect(options).toContain("jit=off");
});
