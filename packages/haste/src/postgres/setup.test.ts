// What describe() finds to be missing, what mends it, and what no error gives away.
import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Follower } from "../fixtures/follower.ts";
import { PostgresServer } from "../fixtures/postgres.ts";
import { postgresSource, setup, setupSql, SetupError } from "./index.ts";

let poor: PostgresServer;
let good: PostgresServer;
beforeAll(async () => {
  poor = await PostgresServer.start([
    "wal_level=replica",
    "max_slot_wal_keep_size=-1",
    "max_replication_slots=0",
    "synchronous_standby_names=*",
    "synchronous_commit=local",
  ]);
  good = await PostgresServer.start();
});
afterAll(async () => {
  await poor.remove();
  await good.remove();
});

async function describeError(connection: string, tables: readonly string[]): Promise<SetupError> {
  const source = postgresSource({ connection });
  try {
    return await source.describe(tables).then(
      () => {
        throw new Error("It was described.");
      },
      (error: SetupError) => error,
    );
  } finally {
    await source.close();
  }
}

test("a server that is not prepared is told all of it at once", async () => {
  await poor.query("CREATE ROLE reader LOGIN");
  const error = await describeError(poor.connectionString("postgres", "reader"), ["nowhere"]);
  expect(error).toBeInstanceOf(SetupError);
  for (const words of [
    "wal_level is replica",
    "max_slot_wal_keep_size is unlimited",
    "All replication slots are taken",
    "synchronous_standby_names is *",
    "This role may not replicate",
    "There is no publication haste",
    "event triggers",
    "haste.epochs is missing",
    "no table nowhere",
  ]) {
    expect(error.message).toContain(words);
  }
  expect(error.message).toContain("ALTER SYSTEM SET wal_level = 'logical'");
  expect(error.message).toContain('ALTER ROLE "reader" REPLICATION');
  expect(error.message).toContain('await setup(client, ["nowhere"], {"role":"reader"})');
  // What is printed is a line for each; the SQL is there for who asks for it.
  expect(error.message.split("\n")).toHaveLength(error.shortcomings.length + 2);
  expect(inspect(error)).not.toContain("CREATE OR REPLACE FUNCTION");
  expect(error.sql).toContain("CREATE OR REPLACE FUNCTION haste.schema_changed()");
  expect(error.sql.split("CREATE PUBLICATION")).toHaveLength(2);
});

test("what the error says to call, and the SQL that it has, set the database up", async () => {
  for (const isCalled of [true, false]) {
    const connection = await good.createDatabase();
    const client = new Client(connection);
    await client.connect();
    await client.query("CREATE TABLE flights (id integer PRIMARY KEY, gate text)");
    const error = await describeError(connection, ["flights"]);
    expect(error.message).toContain('await setup(client, ["flights"])');
    await (isCalled ? setup(client, ["flights"]) : client.query(error.sql));
    const source = postgresSource({ connection });
    expect(await source.describe(["flights"])).toHaveLength(1);
    await source.close();
    await client.end();
  }
});

test("what the error says to call, and its SQL, are for the role that follows if it is another", async () => {
  await good.query(`CREATE ROLE "who follows" LOGIN`);
  for (const isCalled of [true, false]) {
    const connection = await good.createDatabase();
    const url = new URL(connection);
    url.username = "who%20follows";
    const client = new Client(connection);
    await client.connect();
    await client.query("CREATE TABLE flights (id integer PRIMARY KEY, gate text)");
    const error = await describeError(url.href, ["flights"]);
    expect(error.message).toContain('await setup(client, ["flights"], {"role":"who follows"})');
    if (isCalled) await setup(client, ["flights"], { role: "who follows" });
    else await client.query(error.sql);
    const source = postgresSource({ connection: url.href });
    expect(await source.describe(["flights"])).toHaveLength(1);
    await source.close();
    // What somebody takes away is told the same way.
    await client.query(`REVOKE ALL ON SCHEMA haste FROM "who follows"`);
    const revoked = await describeError(url.href, ["flights"]);
    expect(revoked.shortcomings.map(({ problem }) => problem)).toEqual([
      "This role may not read and write haste.epochs.",
    ]);
    await client.query(revoked.sql);
    await client.query(`CREATE SCHEMA hidden CREATE TABLE plans (id integer PRIMARY KEY)`);
    const hidden = await describeError(url.href, ["hidden.plans"]);
    expect(hidden.shortcomings.map(({ problem }) => problem)).toEqual([
      "There is no table hidden.plans (or its schema may not be used).",
    ]);
    await client.end();
  }
});

test("a table's name that SQL writes otherwise is told how", async () => {
  const connection = await good.createDatabase();
  const client = new Client(connection);
  await client.connect();
  await client.query(`CREATE TABLE "Order" (id integer PRIMARY KEY)`);
  const names = ["Order", "naïve table", "a.b.c.d", '"Order'];
  await setup(client, [`"Order"`]);
  const error = await describeError(connection, names);
  const missing = names.map((name) => `There is no table ${name} (or its schema may not be used).`);
  const advice =
    ' A name is as in SQL, in double quotes if it has more than a-z, 0-9 and _: "Order".';
  expect(error.shortcomings.map(({ problem }) => problem)).toEqual([
    missing[0] + advice,
    missing[1] + advice,
    missing[2],
    missing[3] + advice,
  ]);
  const source = postgresSource({ connection });
  expect(await source.describe([`"Order"`])).toHaveLength(1);
  await source.close();
  await client.end();
});

test("a table that is published in part, and a publication that leaves out deletes", async () => {
  const connection = await good.createDatabase();
  const client = new Client(connection);
  await client.connect();
  await client.query("CREATE TABLE flights (id integer PRIMARY KEY, gate text)");
  await client.query("CREATE TABLE crews (id integer PRIMARY KEY, name text)");
  await client.query(
    "CREATE PUBLICATION haste FOR TABLE flights (id), crews WHERE (id > 1) WITH (publish = 'insert')",
  );
  await setup(client, ["flights", "crews"]);
  const error = await describeError(connection, ["flights", "crews"]);
  expect(error.shortcomings.map(({ problem }) => problem)).toEqual([
    "The publication haste leaves out some kinds of changes.",
    "public.flights is published in part only: some columns, or some rows.",
    "public.crews is published in part only: some columns, or some rows.",
  ]);
  for (const { sql } of error.shortcomings) await client.query(sql ?? "");
  const source = postgresSource({ connection });
  expect(await source.describe(["flights", "crews"])).toHaveLength(2);
  await source.close();
  await client.end();
});

test("a role with what setupSql grants, and no more, can follow", async () => {
  const connection = await good.createDatabase();
  const client = new Client(connection);
  await client.connect();
  await client.query(
    `CREATE ROLE "the reader" LOGIN; CREATE TABLE flights (id integer PRIMARY KEY)`,
  );
  await client.query(setupSql(["flights"], { publication: 'a "b', role: "the reader" }));
  // It may be run again.
  await client.query(setupSql(["flights"], { publication: 'a "b', role: "the reader" }));
  const url = new URL(connection);
  url.username = "the%20reader";
  const source = postgresSource({ connection: url.href, publication: 'a "b', slot: "of_reader" });
  const follower = new Follower(source, await source.describe(["flights"]));
  await source.subscribe(follower);
  await client.query("INSERT INTO flights VALUES (1)");
  await follower.caughtUp();
  expect(follower.copy("public.flights")).toEqual([["1"]]);
  await source.close();
  await client.query("ALTER TABLE flights ENABLE ROW LEVEL SECURITY");
  const secured = await describeError(url.href, ["flights"]);
  expect(secured.message).toContain("row security");
  await client.end();
});

test("what the guide says to run takes all of it down, and tables can be changed as before", async () => {
  const connection = await good.createDatabase();
  const client = new Client(connection);
  await client.connect();
  await client.query("CREATE TABLE flights (id integer PRIMARY KEY, gate text)");
  await setup(client, ["flights"]);
  const source = postgresSource({ connection });
  const follower = new Follower(source, await source.describe(["flights"]));
  await source.subscribe(follower);
  await source.close();
  const guide = readFileSync(
    new URL("../../../../docs/guides/live-page-databases.md", import.meta.url),
    "utf8",
  );
  const [, sql = ""] = /### Taking it down[^]*?```sql\n([^]*?)```/u.exec(guide) ?? [];
  // Each by itself, as psql does.
  for (const statement of sql.replaceAll(/--.*$/gmu, "").split(";")) await client.query(statement);
  const left = await client.query(`
    SELECT slot_name AS name FROM pg_replication_slots WHERE database = current_database()
    UNION ALL SELECT pubname FROM pg_publication
    UNION ALL SELECT evtname FROM pg_event_trigger
    UNION ALL SELECT nspname FROM pg_namespace WHERE nspname = 'haste'
    UNION ALL SELECT relname FROM pg_class WHERE relname = 'flights' AND relreplident <> 'd'`);
  expect(left.rows).toEqual([]);
  await client.query("ALTER TABLE flights ADD COLUMN airline text; DROP TABLE flights");
  await client.end();
});

test("a slot of somebody else is refused at once", async () => {
  const connection = await good.createDatabase();
  const other = await good.createDatabase();
  const client = new Client(connection);
  const elsewhere = new Client(other);
  await Promise.all([client.connect(), elsewhere.connect()]);
  await client.query("CREATE TABLE flights (id integer PRIMARY KEY)");
  await setup(client, ["flights"]);
  await elsewhere.query("SELECT pg_create_logical_replication_slot('theirs', 'pgoutput')");
  const source = postgresSource({ connection, slot: "theirs" });
  const follower = new Follower(source, await source.describe(["flights"]));
  await expect(source.subscribe(follower)).rejects.toBeInstanceOf(SetupError);
  await source.close();
  await elsewhere.query("SELECT pg_drop_replication_slot('theirs')");
  await Promise.all([client.end(), elsewhere.end()]);
  expect(() => postgresSource({ connection, slot: 'a"; DROP' })).toThrow(TypeError);
});

test.each([
  ["nobody listens", "postgres://me:s3cr3t@127.0.0.1:1/none"],
  ["no such host", "postgres://me:s3cr3t@host.invalid/none"],
  ["no such database", "postgres://postgres:s3cr3t@127.0.0.1:PORT/none"],
  ["not a connection string", "postgres://me:s3cr3t@[/x"],
  ["another protocol's server", "postgres://me:s3cr3t@127.0.0.1:PORT/none?sslmode=require"],
])("errors hold no secret: %s", async (_what, template) => {
  const connection = template.replace("PORT", String(good.port));
  const told: unknown[] = [];
  try {
    const source = postgresSource({ connection });
    const follower = new Follower(source, []);
    follower.interrupted = (error) => void told.push(error);
    const subscribing = source.subscribe(follower).catch((error: unknown) => told.push(error));
    told.push(await source.describe([]).catch((error: unknown) => error));
    told.push(await source.snapshot(async () => 0).catch((error: unknown) => error));
    await expect.poll(() => told.length).toBeGreaterThan(2);
    await source.close();
    await subscribing;
  } catch (error) {
    told.push(error);
  }
  for (const error of told) {
    expect(error).toBeInstanceOf(Error);
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain("s3cr3t");
  }
});
