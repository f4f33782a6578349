// What an administrator does to tables, schemas and publications under pages that are open: each page
// is true afterwards, or says that it is not.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { LivePage } from "../../client/live-page.ts";
import { openPage } from "../../client/open-page.ts";
import { until } from "../../fixtures/page-state.ts";
import { PostgresServer } from "../../fixtures/postgres.ts";
import { servePostgres, type PostgresServing } from "../../fixtures/serving-postgres.ts";
import { defineView } from "../index.ts";

interface Thing {
  readonly id: number;
  readonly value: number;
}

const views = [
  defineView({
    name: "things",
    table: "things",
    columns: { id: "integer", value: "integer" },
    policy: () => true,
  }),
  defineView({ name: "others", table: "others", columns: { id: "integer" }, policy: () => true }),
];

let postgres: PostgresServer;
let serving: PostgresServing;
let page: LivePage<Thing>;
let bystander: LivePage<{ id: number }>;

beforeAll(async () => {
  postgres = await PostgresServer.start([
    "max_replication_slots=60",
    // Only who says so waits for the standby.
    "synchronous_standby_names=nobody",
    "synchronous_commit=local",
  ]);
}, 120_000);
afterAll(() => postgres.remove());

beforeEach(async () => {
  serving = await servePostgres(postgres, {
    sql: `
      CREATE TABLE things (id integer PRIMARY KEY, value integer NOT NULL, note text);
      INSERT INTO things SELECT n, n, 'note' FROM generate_series(1, 20) n;
      CREATE TABLE others (id integer PRIMARY KEY); INSERT INTO others VALUES (1);
      CREATE TABLE parents (LIKE things INCLUDING ALL) PARTITION BY RANGE (id)`,
    tables: ["things", "others"],
    views,
  });
  page = openPage<Thing>(serving.socket, "things", { limit: 5 });
  bystander = openPage<{ id: number }>(serving.socket, "others");
  await Promise.all([page.ready(), bystander.ready()]);
});
afterEach(() => serving.close());

/** Writes, and expects the page to be true afterwards, or to have said that it is not. */
async function trueOrNot<Row>(
  page: LivePage<Row>,
  write: string,
  query: string,
): Promise<"true" | "not"> {
  // What cannot be written any more has changed nothing.
  const xid = await serving.write(write).catch(() => serving.write("SELECT 1"));
  const seen = await page.seen(xid).then(
    () => true,
    () => false,
  );
  if (!seen || page.state.status !== "live") {
    expect(page.state.status).not.toBe("live");
    return "not";
  }
  expect(page.state.rows).toEqual((await serving.client.query(query)).rows);
  return "true";
}

const thingsAfter = (write: string): Promise<"true" | "not"> =>
  trueOrNot(page, write, "SELECT id, value FROM things ORDER BY id LIMIT 5");

const attach = "ALTER TABLE parents ATTACH PARTITION things FOR VALUES FROM (0) TO (1000)";

test.for([
  ["a column more", "ALTER TABLE things ADD more integer DEFAULT 7", "true"],
  ["a column less that is not shown", "ALTER TABLE things DROP note", "true"],
  ["a column less that is", "ALTER TABLE things DROP value", "not"],
  ["another type", "ALTER TABLE things ALTER value TYPE bigint", "not"],
  [
    "the same type, rewritten",
    "ALTER TABLE things ALTER value TYPE integer USING value + 100",
    "true",
  ],
  ["no table any more", "DROP TABLE things", "not"],
  ["no rows any more", "TRUNCATE things", "true"],
  [
    "no rows any more, by another table",
    `CREATE TABLE masters (id integer PRIMARY KEY);
     ALTER TABLE things ADD master integer REFERENCES masters; TRUNCATE masters CASCADE`,
    "true",
  ],
  ["no key", "ALTER TABLE things DROP CONSTRAINT things_pkey", "not"],
  [
    "another key",
    "ALTER TABLE things DROP CONSTRAINT things_pkey; ALTER TABLE things ADD PRIMARY KEY (value)",
    "again",
  ],
  ["old rows by the key alone", "ALTER TABLE things REPLICA IDENTITY DEFAULT", "not"],
  ["no old rows", "ALTER TABLE things REPLICA IDENTITY NOTHING", "not"],
  ["no log", "ALTER PUBLICATION haste DROP TABLE things; ALTER TABLE things SET UNLOGGED", "not"],
  [
    "a schema published no more",
    `ALTER PUBLICATION haste ADD TABLES IN SCHEMA public; ALTER PUBLICATION haste DROP TABLE things;
     ALTER PUBLICATION haste DROP TABLES IN SCHEMA public`,
    "not",
  ],
  ["another schema", "CREATE SCHEMA away; ALTER TABLE things SET SCHEMA away", "not"],
  ["another name of its schema", "ALTER SCHEMA public RENAME TO away", "not"],
  [
    "another schema in the place of its own",
    `CREATE SCHEMA green; CREATE TABLE green.things (LIKE things INCLUDING ALL);
     ALTER SCHEMA public RENAME TO blue; ALTER SCHEMA green RENAME TO public`,
    "not",
  ],
  ["moved in the file", "CLUSTER things USING things_pkey", "true"],
  ["some rows published", "ALTER PUBLICATION haste SET TABLE things WHERE (id > 2), others", "not"],
  ["some columns published", "ALTER PUBLICATION haste SET TABLE things (id), others", "not"],
  ["others published", "ALTER PUBLICATION haste SET TABLE others", "not"],
  ["some kinds of changes published", "ALTER PUBLICATION haste SET (publish = 'update')", "not"],
  ["another name of the publication", "ALTER PUBLICATION haste RENAME TO hurry", "not"],
  ["no publication", "DROP PUBLICATION haste", "not"],
  ["a part of another table", attach, "not"],
  [
    "a part of another table, that was changed since",
    `${attach}; ALTER TABLE parents ALTER value TYPE integer USING value + 100`,
    "not",
  ],
  [
    "a part of another table, as which it is published",
    `ALTER PUBLICATION haste SET (publish_via_partition_root = true);
     ALTER PUBLICATION haste ADD TABLE parents; ${attach}`,
    "not",
  ],
  ["an heir", "CREATE TABLE heirs () INHERITS (things)", "not"],
] as const)("%s", async ([, change, expected]) => {
  for (const statement of change.split(";")) {
    await serving.client.query(statement);
    // Each is taken in before the next is made, if anything is still.
    await page.seen(await serving.write("SELECT 1")).catch(() => {});
  }
  // Once it has been given up, it comes back by itself.
  if (expected === "again") await until(page, ({ cameBack }) => cameBack === "reload");
  const outcome = expected === "again" ? "true" : expected;
  expect(await thingsAfter("INSERT INTO things VALUES (1000, 1000)")).toBe(outcome);
  expect(await thingsAfter("UPDATE things SET value = value * 2")).toBe(outcome);
  expect(await thingsAfter("DELETE FROM things WHERE id < 3")).toBe(outcome);
  if (expected === "not") expect(serving.errors.join()).not.toBe("");
  await trueOrNot(bystander, "INSERT INTO others VALUES (2)", "SELECT id FROM others ORDER BY id");
});

test("a change that is told of before anybody sees it is looked at when it can be seen", async () => {
  const { client } = serving;
  const { rows } = await client.query<{ pid: number }>(
    "SELECT pg_backend_pid() AS pid, set_config('synchronous_commit', 'on', false)",
  );
  const { transactions } = serving.haste.stats();
  // It waits for a standby that never comes: the stream has it, and no snapshot.
  const changed = client.query("ALTER TABLE things ALTER value TYPE bigint");
  await expect.poll(() => serving.haste.stats().transactions).toBe(transactions + 1);
  const other = await serving.connect();
  const late = openPage<Thing>(other, "things", { limit: 5 });
  await until(late, ({ status, error }) => status === "live" || error !== null);
  expect(late.state.status).not.toBe("live");
  expect(page.state.status).not.toBe("live");
  await postgres.query(`SELECT pg_cancel_backend(${rows[0]?.pid})`);
  await changed;
  await client.query("SET synchronous_commit = local");
  expect(await thingsAfter("UPDATE things SET value = value * 2")).toBe("not");
  expect(serving.errors.join()).toContain('value is declared as "integer", and is "bigint"');
});
