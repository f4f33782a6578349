// What a source tells where a table, its types or what is wanted of it changes.
import { expect, test } from "vitest";
import { Follower } from "../fixtures/follower.ts";
import { FLIGHTS, type SourceTrial } from "../fixtures/source-trial.ts";
import type { Change } from "./source.ts";

/** Tests of what changes of the schema are told as. */
export function schemaChanges(on: SourceTrial): void {
  const schemaReload: Change = { kind: "reload", table: "public.flights", cause: "schema" };

  test.each([
    ["a column with a default", "ALTER TABLE flights ADD COLUMN added integer DEFAULT 5"],
    ["another type", "ALTER TABLE flights ALTER delay TYPE text USING 'x'"],
    ["a column less", "ALTER TABLE flights DROP COLUMN delay"],
    ["another name of a column", "ALTER TABLE flights RENAME delay TO late"],
    ["another name of the table", "ALTER TABLE flights RENAME TO departures"],
    ["no table any more", "DROP TABLE flights"],
    ["no schema any more", "DROP SCHEMA public CASCADE; CREATE SCHEMA public"],
    ["another name of its schema", "ALTER SCHEMA public RENAME TO away; CREATE SCHEMA public"],
    [
      "a part of another table",
      `CREATE TABLE parents (LIKE flights INCLUDING ALL) PARTITION BY RANGE (id);
       ALTER TABLE parents ATTACH PARTITION flights FOR VALUES FROM (0) TO (9)`,
    ],
  ])("a change of the schema is a reload: %s", async (_what, sql) => {
    await on.follow(FLIGHTS, ["flights"]);
    await on.db.run("INSERT INTO flights VALUES (1, 'A1', 1)");
    await on.db.run(sql);
    await on.follower.caughtUp();
    expect(on.follower.changes.slice(1)).toContainEqual(schemaReload);
    for (const change of on.follower.changes.slice(1)) expect(change).toEqual(schemaReload);
  });

  test("an enum's label that gets another name is a reload of the tables with it", async () => {
    await on.db.run("CREATE TYPE mood AS ENUM ('sad', 'so so')");
    await on.follow(`${FLIGHTS}; CREATE TABLE people (id integer PRIMARY KEY, m mood)`, [
      "flights",
      "people",
    ]);
    await on.db.run("INSERT INTO people VALUES (1, 'so so')");
    await on.db.run("ALTER TYPE mood RENAME VALUE 'so so' TO 'well'");
    await on.follower.caughtUp();
    expect(on.follower.changes.slice(1)).toEqual([
      { kind: "reload", table: "public.people", cause: "schema" },
    ]);
  });

  test.each(["mood[]", "feeling", "feeling[]", "pair", "pair[]"])(
    "so it is where the enum is within another type: %s",
    async (type) => {
      await on.db.run(`
        CREATE TYPE mood AS ENUM ('sad', 'so so'); CREATE DOMAIN feeling AS mood;
        CREATE TYPE pair AS (a integer, m mood)`);
      await on.follow(`${FLIGHTS}; CREATE TABLE people (id integer PRIMARY KEY, m ${type})`, [
        "flights",
        "people",
      ]);
      await on.db.run("ALTER TYPE mood RENAME VALUE 'so so' TO 'well'");
      await on.follower.caughtUp();
      expect(on.follower.changes).toEqual([
        { kind: "reload", table: "public.people", cause: "schema" },
      ]);
    },
  );

  test("a type of rows that gets another attribute is a reload of the tables with it", async () => {
    await on.db.run("CREATE TYPE pair AS (a integer, b text)");
    await on.follow("CREATE TABLE people (id integer PRIMARY KEY, p pair)", ["people"]);
    await on.db.run("INSERT INTO people VALUES (1, '(1,x)')");
    await on.db.run("ALTER TYPE pair ADD ATTRIBUTE c integer");
    await on.follower.caughtUp();
    expect(on.follower.changes.slice(1)).toEqual([
      { kind: "reload", table: "public.people", cause: "schema" },
    ]);
  });

  test("a type that is dropped takes its columns along, and the table can be written", async () => {
    await on.db.run("CREATE TYPE mood AS ENUM ('sad', 'so so')");
    await on.follow("CREATE TABLE people (id integer PRIMARY KEY, m mood, n integer)", ["people"]);
    await on.db.run("INSERT INTO people VALUES (1, 'sad', 1)");
    await on.db.run("DROP TYPE mood CASCADE");
    await on.follower.caughtUp();
    expect(on.follower.changes.slice(1)).toEqual([
      { kind: "reload", table: "public.people", cause: "schema" },
    ]);
    await on.source.describe(["people"]);
    await on.db.run("INSERT INTO people VALUES (2, 2)");
    await on.follower.caughtUp();
    expect(on.follower.changes.at(-1)).toEqual({
      kind: "insert",
      table: "public.people",
      after: ["2", "2"],
    });
  });

  test("a table that others inherit from since is a reload", async () => {
    await on.follow(FLIGHTS, ["flights"]);
    await on.db.run("CREATE TABLE more () INHERITS (flights)");
    await on.follower.caughtUp();
    expect(on.follower.changes).toEqual([schemaReload]);
  });

  test("what is written as a replica is told as well, and so is a change of the schema", async () => {
    await on.follow(FLIGHTS, ["flights"]);
    const asReplica = "SET LOCAL session_replication_role = replica";
    await on.db.run(`${asReplica}; INSERT INTO flights VALUES (1, 'A1', 1)`);
    await on.db.run(`${asReplica}; ALTER TABLE flights ALTER delay TYPE integer USING 5`);
    await on.follower.caughtUp();
    await on.source.describe(["flights"]);
    await on.db.run(`${asReplica}; UPDATE flights SET gate = 'A2'`);
    await on.follower.caughtUp();
    expect(on.follower.changes).toEqual([
      { kind: "insert", table: "public.flights", after: ["1", "A1", "1"] },
      schemaReload,
      {
        kind: "update",
        table: "public.flights",
        before: ["1", "A1", "5"],
        after: ["1", "A2", "5"],
      },
    ]);
  });

  test("a table that was changed is told in its new shape once it is described again", async () => {
    await on.follow(FLIGHTS, ["flights"]);
    await on.db.run("ALTER TABLE flights ADD COLUMN added integer DEFAULT 5, DROP COLUMN gate");
    await on.db.run("INSERT INTO flights VALUES (1, 2, 3)");
    await on.follower.caughtUp();
    expect(on.follower.changes.every(({ kind }) => kind === "reload")).toBe(true);
    const [table] = await on.source.describe(["flights"]);
    expect(table!.columns.map(({ name }) => name)).toEqual(["id", "delay", "added"]);
    on.follower.transactions.length = 0;
    await on.db.run("INSERT INTO flights VALUES (2, 3, 4)");
    await on.follower.caughtUp();
    expect(on.follower.changes).toEqual([
      { kind: "insert", table: "public.flights", after: ["2", "3", "4"] },
    ]);
  });

  test("columns that are not wanted are not told, and may come and go", async () => {
    await on.db.run(FLIGHTS);
    await on.db.setUp(["flights"]);
    on.source = on.db.source();
    on.opened.push(on.source);
    const wanted = new Map([["flights", new Set(["delay"])]]);
    on.tables = await on.source.describe(["flights"], wanted);
    expect(on.tables[0]!.columns.map(({ name }) => name)).toEqual(["id", "delay"]);
    on.follower = new Follower(on.source, on.tables);
    await on.source.subscribe(on.follower);
    await on.follower.caughtUp();
    await on.source.describe(["flights"], wanted);
    on.follower.transactions.length = 0;
    await on.db.run("INSERT INTO flights VALUES (1, 'A1', 2)");
    await on.db.run("ALTER TABLE flights DROP COLUMN gate, ADD COLUMN added integer DEFAULT 5");
    await on.follower.caughtUp();
    await on.source.describe(["flights"], wanted);
    await on.db.run("UPDATE flights SET delay = 3");
    await on.follower.caughtUp();
    expect(on.follower.changes).toEqual([
      { kind: "insert", table: "public.flights", after: ["1", "2"] },
      { kind: "reload", table: "public.flights", cause: "schema" },
      { kind: "update", table: "public.flights", before: ["1", "2"], after: ["1", "3"] },
    ]);
  });

  test("a column that is not tracked says why", async () => {
    await on.follow(
      `CREATE TABLE sums (id integer PRIMARY KEY, a integer,
         b integer GENERATED ALWAYS AS (a + 1) STORED, c money)`,
      ["sums"],
    );
    expect(on.tables[0]!.columns.map(({ name }) => name)).toEqual(["id", "a"]);
    expect(on.tables[0]!.untracked?.map(({ name }) => name)).toEqual(["b", "c"]);
    await on.db.run("INSERT INTO sums (id, a, c) VALUES (1, 2, 3)");
    await on.follower.caughtUp();
    expect(on.follower.copy("public.sums")).toEqual([["1", "2"]]);
  });
}
