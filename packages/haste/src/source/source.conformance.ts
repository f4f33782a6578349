// What every source must do, run for each. The database is real; a new source on it is what a new
// process would be.
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Follower } from "../fixtures/follower.ts";
import { gate } from "../fixtures/until.ts";
import { quoteIdentifier, tableSql } from "../sql/names.ts";
import type { Row } from "../row.ts";
import type { Table } from "../table.ts";
import type { Change, Snapshot, Source, Transaction } from "./source.ts";

/** Bounds that all sources have. */
export interface SourceLimits {
  readonly maxChanges?: number;
  readonly maxBytes?: number;
}

/** A database of one suite. */
export interface SourceDatabase {
  /** Runs statements as the program would; several at once are one transaction. */
  run(sql: string): Promise<void>;
  setUp(tables: readonly string[]): Promise<void>;
  /** A source of it. Only one follows at a time. */
  source(limits?: SourceLimits): Source;
  close(): Promise<void>;
}

export interface SourceSuite {
  readonly open: () => Promise<SourceDatabase>;
}

/** One value of each type that can be shown, as SQL, most of them awkward. */
const VALUES: readonly (readonly [type: string, value: string])[] = [
  ["boolean", "true"],
  ["smallint", "-32768"],
  ["bigint", "9223372036854775807"],
  ["numeric", "1.00"],
  ["numeric(30,10)", "'NaN'"],
  ["real", "0.1"],
  ["double precision", "'-0'"],
  ["float8", "1e300 / 7"],
  ["text", "E'a\\tb\\\\\"''\\n \u{1F600} \u00e9'"],
  ["text", "''"],
  ["text", "repeat('x', 100000)"],
  ["varchar(10)", "'null'"],
  ["char(5)", "'ab'"],
  ['"char"', "'c'"],
  ["name", "'a name'"],
  ["bytea", String.raw`'\x00ff5c'`],
  ["uuid", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'"],
  ["date", "'4713-01-01 BC'"],
  ["date", "'infinity'"],
  ["time", "'24:00:00'"],
  ["timetz", "'12:00:00.123456+05:30'"],
  ["timestamp", "'2026-11-26 07:30:00.123456'"],
  ["timestamptz", "'2026-11-26 07:30:00.1+05'"],
  ["interval", "'1 year -2 days 03:04:05.6'"],
  ["json", `'{ "a" :  1, "a": null }'`],
  ["jsonb", `'{ "b": [1.0, "x"], "a": null }'`],
  ["inet", "'10.1.2.3'"],
  ["int[]", "'{{1,NULL},{3,4}}'"],
  ["text[]", `'{"a,b",NULL,"null"}'`],
  ["int4range", "'[1,5]'"],
  ["bit(3)", "B'101'"],
  ["point", "'(1,2.5)'"],
  ["tsvector", "'a:1 b:2'"],
  ["xml", "'<a>1</a>'"],
  ["pair", "ROW(NULL, NULL)::pair"],
  ["mood", "'so so'"],
  ["level", "3"],
];

export function sourceConformance(name: string, { open }: SourceSuite): void {
  describe(`${name} as a source`, () => {
    let db: SourceDatabase;
    let source: Source;
    let follower: Follower;
    let tables: readonly Table[];
    const opened: Source[] = [];

    beforeAll(async () => {
      db = await open();
    }, 60_000);
    afterAll(() => db.close());

    /** Makes tables, and a source that follows them from now on. */
    async function follow(sql: string, names: readonly string[], limits?: SourceLimits) {
      await db.run(sql);
      await db.setUp(names);
      await restart(names, limits);
      // What the last test left in the history, and the set-up of these tables.
      await follower.caughtUp();
      await source.describe(names);
      follower.transactions.length = 0;
    }

    /** A new source, as in a new process. */
    async function restart(names: readonly string[], limits?: SourceLimits) {
      source = db.source(limits);
      opened.push(source);
      tables = await source.describe(names);
      follower = new Follower(source, tables);
      await source.subscribe(follower);
    }

    const flights = `CREATE TABLE flights (id integer PRIMARY KEY, gate text, delay numeric)`;

    beforeEach(async () => {
      await db.run("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    });
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((one) => one.close()));
    });

    /** The table as a query sees it. */
    const content = ({ columns, ...table }: Table): Promise<readonly Row[]> =>
      source.snapshot(({ query }) =>
        query(
          `SELECT ${columns.map(({ name }) => quoteIdentifier(name)).join()} FROM ${tableSql(table)}`,
          [],
        ),
      );
    const sorted = (rows: readonly Row[]): string[] =>
      rows.map((row) => JSON.stringify(row)).sort();

    test("tells what a transaction did, in one piece, with whole rows", async () => {
      await follow(flights, ["flights"]);
      const started = Date.now();
      await db.run(`
        INSERT INTO flights VALUES (1, 'A1', 1.50), (2, NULL, NULL);
        INSERT INTO flights VALUES (3, 'A3', 0)`);
      await db.run("UPDATE flights SET gate = 'B1' WHERE id = 1");
      await db.run("DELETE FROM flights WHERE id = 2");
      await follower.caughtUp();
      expect(follower.transactions.map(({ changes }) => changes)).toEqual([
        [
          { kind: "insert", table: "public.flights", after: ["1", "A1", "1.50"] },
          { kind: "insert", table: "public.flights", after: ["2", null, null] },
          { kind: "insert", table: "public.flights", after: ["3", "A3", "0"] },
        ],
        [
          {
            kind: "update",
            table: "public.flights",
            before: ["1", "A1", "1.50"],
            after: ["1", "B1", "1.50"],
          },
        ],
        [{ kind: "delete", table: "public.flights", before: ["2", null, null] }],
      ]);
      for (const { committedAt } of follower.transactions) {
        expect(Math.abs(committedAt - started)).toBeLessThan(60_000);
      }
    });

    test("each transaction names its epoch, its place, and the one before it", async () => {
      await follow(flights, ["flights"]);
      for (let id = 0; id < 20; id += 1) await db.run(`INSERT INTO flights VALUES (${id})`);
      await follower.caughtUp();
      const told = follower.transactions;
      expect(told).toHaveLength(20);
      expect(new Set(told.map(({ epoch }) => epoch)).size).toBe(1);
      expect(new Set(told.map(({ xid }) => xid)).size).toBe(20);
      for (const [at, { position, previous }] of told.entries()) {
        expect(position).toBeGreaterThan(previous);
        if (at > 0) expect(previous).toBe(told[at - 1]!.position);
      }
      expect(await source.snapshot(async ({ epoch }) => epoch)).toBe(told[0]!.epoch);
    });

    test("what was rolled back was never said, savepoints included", async () => {
      await follow(flights, ["flights"]);
      await db.run(`
        INSERT INTO flights VALUES (1);
        SAVEPOINT a; INSERT INTO flights VALUES (2); ROLLBACK TO a;
        SAVEPOINT b; UPDATE flights SET gate = 'x' WHERE id = 1; RELEASE b;
        SAVEPOINT c; SAVEPOINT d; DELETE FROM flights; ROLLBACK TO c;
        INSERT INTO flights VALUES (3)`);
      await expect(db.run("INSERT INTO flights VALUES (4); SELECT 1 / 0")).rejects.toThrow();
      await follower.caughtUp();
      expect(follower.transactions).toHaveLength(1);
      expect(sorted(follower.copy("public.flights"))).toEqual(
        sorted([
          ["1", "x", null],
          ["3", null, null],
        ]),
      );
    });

    test("follows rows through changes of their keys", async () => {
      await follow(
        `CREATE TABLE seats (flight integer, place text, taken boolean, PRIMARY KEY (place, flight))`,
        ["seats"],
      );
      await db.run("INSERT INTO seats SELECT g, 'a' || g, true FROM generate_series(1, 5) g");
      await db.run("UPDATE seats SET flight = flight + 10");
      await db.run("UPDATE seats SET place = 'a' || (6 - (flight - 10))");
      await db.run(`
        UPDATE seats SET flight = 99 WHERE place = 'a1';
        INSERT INTO seats VALUES (15, 'a1', NULL)`);
      await follower.caughtUp();
      expect(tables[0]!.key).toEqual([1, 0]);
      expect(sorted(follower.copy("public.seats"))).toEqual(sorted(await content(tables[0]!)));
    });

    test("a key that is written differently and equal goes before it comes", async () => {
      await follow("CREATE TABLE n (id numeric PRIMARY KEY, v integer)", ["n"]);
      await db.run("INSERT INTO n VALUES (1.0, 1)");
      await db.run("UPDATE n SET id = 1.00");
      await follower.caughtUp();
      expect(follower.copy("public.n")).toEqual([["1.00", "1"]]);
    });

    test("what triggers and cascades change is told as it ends", async () => {
      await follow(
        `CREATE TABLE parents (id integer PRIMARY KEY, n integer DEFAULT 0);
         CREATE TABLE children (id integer PRIMARY KEY,
           parent integer REFERENCES parents ON DELETE CASCADE ON UPDATE CASCADE);
         CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
           UPDATE parents SET n = n + 1 WHERE n < 3; RETURN NULL; END $$;
         CREATE TRIGGER touch AFTER UPDATE ON parents FOR EACH ROW
           WHEN (pg_trigger_depth() < 3) EXECUTE FUNCTION touch()`,
        ["parents", "children"],
      );
      await db.run(`
        INSERT INTO parents SELECT g FROM generate_series(1, 4) g;
        INSERT INTO children SELECT g, g FROM generate_series(1, 4) g`);
      await db.run("UPDATE parents SET id = id + 10, n = 1 WHERE id < 4");
      await db.run("DELETE FROM parents WHERE id = 12");
      await follower.caughtUp();
      for (const table of tables) {
        expect(sorted(follower.copy(table.id))).toEqual(sorted(await content(table)));
      }
    });

    test("an insert that finds the row there, and a merge of rows that nothing changes", async () => {
      await follow(flights, ["flights"]);
      await db.run("INSERT INTO flights VALUES (1, 'A1')");
      await db.run(`INSERT INTO flights VALUES (1, 'A2'), (2, 'B1')
        ON CONFLICT (id) DO UPDATE SET gate = excluded.gate`);
      await db.run("INSERT INTO flights VALUES (1, 'A3') ON CONFLICT DO NOTHING");
      await db.run("UPDATE flights SET gate = 'C1' WHERE id = 77");
      await follower.caughtUp();
      expect(sorted(follower.copy("public.flights"))).toEqual(
        sorted([
          ["1", "A2", null],
          ["2", "B1", null],
        ]),
      );
    });

    test("a truncate is a reload, whatever else the transaction did to the table", async () => {
      await follow(`${flights}; CREATE TABLE others (id integer PRIMARY KEY)`, [
        "flights",
        "others",
      ]);
      await db.run("INSERT INTO flights VALUES (1)");
      await db.run(`INSERT INTO flights VALUES (2); TRUNCATE flights; INSERT INTO flights VALUES (3);
        INSERT INTO others VALUES (1)`);
      await follower.caughtUp();
      const last = follower.transactions.at(-1)!.changes;
      expect(last).toHaveLength(2);
      expect(last).toContainEqual({ kind: "reload", table: "public.flights", cause: "truncate" });
      expect(last).toContainEqual({ kind: "insert", table: "public.others", after: ["1"] });
    });

    test("a truncate that cascades is a reload of each table, in one transaction", async () => {
      await follow(`${flights}; CREATE TABLE delays (id integer PRIMARY KEY REFERENCES flights)`, [
        "flights",
        "delays",
      ]);
      await db.run("INSERT INTO flights VALUES (1); INSERT INTO delays VALUES (1)");
      await db.run("TRUNCATE flights CASCADE");
      await follower.caughtUp();
      const last = follower.transactions.at(-1)!.changes;
      expect(last).toHaveLength(2);
      for (const table of ["public.flights", "public.delays"]) {
        expect(last).toContainEqual({ kind: "reload", table, cause: "truncate" });
      }
    });

    test("ten thousand rows at once are all there; one more is a reload", async () => {
      await follow(flights, ["flights"], { maxChanges: 10_000 });
      await db.run("INSERT INTO flights SELECT g, 'g' || g, g FROM generate_series(1, 10000) g");
      await db.run("UPDATE flights SET delay = delay + 1");
      await follower.caughtUp();
      expect(follower.transactions.map(({ changes }) => changes.length)).toEqual([10_000, 10_000]);
      expect(sorted(follower.copy("public.flights"))).toEqual(sorted(await content(tables[0]!)));
      await db.run("INSERT INTO flights VALUES (0)");
      await db.run("UPDATE flights SET delay = delay + 1");
      await db.run("INSERT INTO flights VALUES (-1)");
      await follower.caughtUp();
      expect(follower.transactions.slice(-2).map(({ changes }) => changes)).toEqual([
        [{ kind: "reload", table: "public.flights", cause: "tooManyChanges" }],
        [{ kind: "insert", table: "public.flights", after: ["-1", null, null] }],
      ]);
    });

    test("many small statements and many large rows can be too many as well", async () => {
      await follow(flights, ["flights"], { maxChanges: 10, maxBytes: 100_000 });
      await db.run(
        Array.from({ length: 11 }, (_, id) => `INSERT INTO flights VALUES (${id})`).join(";"),
      );
      await db.run("DELETE FROM flights");
      await db.run("INSERT INTO flights SELECT g, repeat('x', 60000) FROM generate_series(1, 2) g");
      await db.run("INSERT INTO flights VALUES (9, repeat('x', 90000))");
      await follower.caughtUp();
      const reload = { kind: "reload", table: "public.flights", cause: "tooManyChanges" };
      const [first, second, third, fourth] = follower.transactions.map(({ changes }) => changes);
      expect([first, second, third]).toEqual([[reload], [reload], [reload]]);
      expect(fourth).toHaveLength(1);
      expect(fourth![0]).toMatchObject({ kind: "insert" });
    });

    test("a large value that an update leaves alone is told all the same", async () => {
      await follow(`${flights}; ALTER TABLE flights ALTER gate SET STORAGE EXTERNAL`, ["flights"]);
      await db.run("INSERT INTO flights VALUES (1, repeat('toast', 20000), 1)");
      await db.run("UPDATE flights SET delay = 2");
      await db.run("UPDATE flights SET id = 3");
      await db.run("DELETE FROM flights");
      await follower.caughtUp();
      const large = "toast".repeat(20_000);
      expect(follower.transactions[1]!.changes).toEqual([
        {
          kind: "update",
          table: "public.flights",
          before: ["1", large, "1"],
          after: ["1", large, "2"],
        },
      ]);
      expect(follower.copy("public.flights")).toEqual([]);
      expect(follower.transactions[3]!.changes).toEqual([
        { kind: "delete", table: "public.flights", before: ["3", large, "2"] },
      ]);
    });

    test("writes every type's values as queries do, whatever the session's settings", async () => {
      await db.run(`
        CREATE TYPE mood AS ENUM ('sad', 'so so', 'happy');
        CREATE DOMAIN level AS integer CHECK (VALUE > 0);
        CREATE TYPE pair AS (a integer, b text)`);
      const columns = VALUES.map(([type], at) => `c${at} ${type}`);
      await follow(`CREATE TABLE many (id integer PRIMARY KEY, ${columns.join()})`, ["many"]);
      await db.run(`
        SET LOCAL timezone = 'Asia/Kolkata'; SET LOCAL datestyle = 'German';
        SET LOCAL intervalstyle = 'iso_8601'; SET LOCAL bytea_output = 'escape';
        SET LOCAL extra_float_digits = 0;
        INSERT INTO many VALUES (1, ${VALUES.map(([, value]) => value).join()});
        INSERT INTO many (id) VALUES (2)`);
      await follower.caughtUp();
      const seen = await content(tables[0]!);
      expect(seen).toHaveLength(2);
      for (const [at, [type]] of VALUES.entries()) {
        const column = tables[0]!.columns.findIndex(({ name }) => name === `c${at}`);
        expect([type, follower.copy("public.many")[0]![column]]).toEqual([type, seen[0]![column]]);
      }
      expect(sorted(follower.copy("public.many"))).toEqual(sorted(seen));
      expect(seen[0]!.slice(1)).not.toContain(null);
    });

    test("names are whatever the database takes", async () => {
      const name = `"Sch""ema ' $1"."Ta.b\\le 'é"`;
      await db.run(`DROP SCHEMA IF EXISTS "Sch""ema ' $1" CASCADE; CREATE SCHEMA "Sch""ema ' $1"`);
      await follow(`CREATE TABLE ${name} ("select" integer PRIMARY KEY, "a""b %s 'c" text)`, [
        name,
      ]);
      expect(tables[0]!.id).toBe(`Sch"ema ' $1.Ta.b\\le 'é`);
      await db.run(`INSERT INTO ${name} VALUES (1, 'x')`);
      await follower.caughtUp();
      expect(follower.copy(tables[0]!.id)).toEqual([["1", "x"]]);
      await db.run(`DROP SCHEMA "Sch""ema ' $1" CASCADE`);
    });

    test("tables that nobody described are not told of", async () => {
      await db.run("CREATE TABLE others (id integer PRIMARY KEY)");
      await db.setUp(["others"]);
      await follow(flights, ["flights"]);
      await db.run("INSERT INTO others VALUES (1); INSERT INTO flights VALUES (1)");
      await db.run("INSERT INTO others VALUES (2)");
      await follower.caughtUp();
      expect(follower.changes).toEqual([
        { kind: "insert", table: "public.flights", after: ["1", null, null] },
      ]);
    });

    const schemaReload: Change = { kind: "reload", table: "public.flights", cause: "schema" };
    test.each([
      ["a column with a default", "ALTER TABLE flights ADD COLUMN added integer DEFAULT 5"],
      ["another type", "ALTER TABLE flights ALTER delay TYPE text USING 'x'"],
      ["a column less", "ALTER TABLE flights DROP COLUMN delay"],
      ["another name of a column", "ALTER TABLE flights RENAME delay TO late"],
      ["another name of the table", "ALTER TABLE flights RENAME TO departures"],
      ["no table any more", "DROP TABLE flights"],
      ["no schema any more", "DROP SCHEMA public CASCADE; CREATE SCHEMA public"],
    ])("a change of the schema is a reload: %s", async (_what, sql) => {
      await follow(flights, ["flights"]);
      await db.run("INSERT INTO flights VALUES (1, 'A1', 1)");
      await db.run(sql);
      await follower.caughtUp();
      expect(follower.changes.slice(1)).toContainEqual(schemaReload);
      for (const change of follower.changes.slice(1)) expect(change).toEqual(schemaReload);
    });

    test("an enum's label that gets another name is a reload of the tables with it", async () => {
      await db.run("CREATE TYPE mood AS ENUM ('sad', 'so so')");
      await follow(`${flights}; CREATE TABLE people (id integer PRIMARY KEY, m mood)`, [
        "flights",
        "people",
      ]);
      await db.run("INSERT INTO people VALUES (1, 'so so')");
      await db.run("ALTER TYPE mood RENAME VALUE 'so so' TO 'well'");
      await follower.caughtUp();
      expect(follower.changes.slice(1)).toEqual([
        { kind: "reload", table: "public.people", cause: "schema" },
      ]);
    });

    test.each(["mood[]", "feeling", "feeling[]", "pair", "pair[]"])(
      "so it is where the enum is within another type: %s",
      async (type) => {
        await db.run(`
          CREATE TYPE mood AS ENUM ('sad', 'so so'); CREATE DOMAIN feeling AS mood;
          CREATE TYPE pair AS (a integer, m mood)`);
        await follow(`${flights}; CREATE TABLE people (id integer PRIMARY KEY, m ${type})`, [
          "flights",
          "people",
        ]);
        await db.run("ALTER TYPE mood RENAME VALUE 'so so' TO 'well'");
        await follower.caughtUp();
        expect(follower.changes).toEqual([
          { kind: "reload", table: "public.people", cause: "schema" },
        ]);
      },
    );

    test("a type of rows that gets another attribute is a reload of the tables with it", async () => {
      await db.run("CREATE TYPE pair AS (a integer, b text)");
      await follow("CREATE TABLE people (id integer PRIMARY KEY, p pair)", ["people"]);
      await db.run("INSERT INTO people VALUES (1, '(1,x)')");
      await db.run("ALTER TYPE pair ADD ATTRIBUTE c integer");
      await follower.caughtUp();
      expect(follower.changes.slice(1)).toEqual([
        { kind: "reload", table: "public.people", cause: "schema" },
      ]);
    });

    test("a type that is dropped takes its columns along, and the table can be written", async () => {
      await db.run("CREATE TYPE mood AS ENUM ('sad', 'so so')");
      await follow("CREATE TABLE people (id integer PRIMARY KEY, m mood, n integer)", ["people"]);
      await db.run("INSERT INTO people VALUES (1, 'sad', 1)");
      await db.run("DROP TYPE mood CASCADE");
      await follower.caughtUp();
      expect(follower.changes.slice(1)).toEqual([
        { kind: "reload", table: "public.people", cause: "schema" },
      ]);
      await source.describe(["people"]);
      await db.run("INSERT INTO people VALUES (2, 2)");
      await follower.caughtUp();
      expect(follower.changes.at(-1)).toEqual({
        kind: "insert",
        table: "public.people",
        after: ["2", "2"],
      });
    });

    test("a table that others inherit from since is a reload", async () => {
      await follow(flights, ["flights"]);
      await db.run("CREATE TABLE more () INHERITS (flights)");
      await follower.caughtUp();
      expect(follower.changes).toEqual([schemaReload]);
    });

    test("what is written as a replica is told as well, and so is a change of the schema", async () => {
      await follow(flights, ["flights"]);
      const asReplica = "SET LOCAL session_replication_role = replica";
      await db.run(`${asReplica}; INSERT INTO flights VALUES (1, 'A1', 1)`);
      await db.run(`${asReplica}; ALTER TABLE flights ALTER delay TYPE integer USING 5`);
      await follower.caughtUp();
      await source.describe(["flights"]);
      await db.run(`${asReplica}; UPDATE flights SET gate = 'A2'`);
      await follower.caughtUp();
      expect(follower.changes).toEqual([
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
      await follow(flights, ["flights"]);
      await db.run("ALTER TABLE flights ADD COLUMN added integer DEFAULT 5, DROP COLUMN gate");
      await db.run("INSERT INTO flights VALUES (1, 2, 3)");
      await follower.caughtUp();
      expect(follower.changes.every(({ kind }) => kind === "reload")).toBe(true);
      const [table] = await source.describe(["flights"]);
      expect(table!.columns.map(({ name }) => name)).toEqual(["id", "delay", "added"]);
      follower.transactions.length = 0;
      await db.run("INSERT INTO flights VALUES (2, 3, 4)");
      await follower.caughtUp();
      expect(follower.changes).toEqual([
        { kind: "insert", table: "public.flights", after: ["2", "3", "4"] },
      ]);
    });

    test("columns that are not wanted are not told, and may come and go", async () => {
      await db.run(flights);
      await db.setUp(["flights"]);
      source = db.source();
      opened.push(source);
      const wanted = new Map([["flights", new Set(["delay"])]]);
      tables = await source.describe(["flights"], wanted);
      expect(tables[0]!.columns.map(({ name }) => name)).toEqual(["id", "delay"]);
      follower = new Follower(source, tables);
      await source.subscribe(follower);
      await follower.caughtUp();
      await source.describe(["flights"], wanted);
      follower.transactions.length = 0;
      await db.run("INSERT INTO flights VALUES (1, 'A1', 2)");
      await db.run("ALTER TABLE flights DROP COLUMN gate, ADD COLUMN added integer DEFAULT 5");
      await follower.caughtUp();
      await source.describe(["flights"], wanted);
      await db.run("UPDATE flights SET delay = 3");
      await follower.caughtUp();
      expect(follower.changes).toEqual([
        { kind: "insert", table: "public.flights", after: ["1", "2"] },
        { kind: "reload", table: "public.flights", cause: "schema" },
        { kind: "update", table: "public.flights", before: ["1", "2"], after: ["1", "3"] },
      ]);
    });

    test("a column that is not tracked says why", async () => {
      await follow(
        `CREATE TABLE sums (id integer PRIMARY KEY, a integer,
           b integer GENERATED ALWAYS AS (a + 1) STORED, c money)`,
        ["sums"],
      );
      expect(tables[0]!.columns.map(({ name }) => name)).toEqual(["id", "a"]);
      expect(tables[0]!.untracked?.map(({ name }) => name)).toEqual(["b", "c"]);
      await db.run("INSERT INTO sums (id, a, c) VALUES (1, 2, 3)");
      await follower.caughtUp();
      expect(follower.copy("public.sums")).toEqual([["1", "2"]]);
    });

    test("a subscriber's error stops the stream, and what it refused is told again", async () => {
      await follow(flights, ["flights"]);
      const tried: bigint[] = [];
      follower.before = ({ position }) => {
        tried.push(position);
        if (tried.length < 3) throw new Error("no room");
      };
      await db.run("INSERT INTO flights VALUES (1)");
      await db.run("INSERT INTO flights VALUES (2)");
      await expect.poll(() => follower.transactions.length).toBe(2);
      expect(tried).toEqual([tried[0], tried[0], tried[0], tried[3]]);
      expect(follower.interruptions.map(({ message }) => message)).toEqual(
        expect.arrayContaining(["no room"]),
      );
      await expect.poll(() => follower.resumptions).toBeGreaterThan(0);
      expect(follower.epochs).toEqual([]);
    });

    test("the next transaction waits until the one before it is taken", async () => {
      await follow(flights, ["flights"]);
      const { opened, open } = gate();
      const begun: Transaction[] = [];
      follower.before = async (transaction) => {
        begun.push(transaction);
        await opened;
      };
      await db.run("INSERT INTO flights VALUES (1)");
      await db.run("INSERT INTO flights VALUES (2)");
      await expect.poll(() => begun.length).toBe(1);
      await source.reached(begun[0]!.position);
      expect(begun).toHaveLength(1);
      open();
      await follower.caughtUp();
      expect(begun).toHaveLength(2);
    });

    test("a new process goes on in the same epoch with what was not taken", async () => {
      await follow(flights, ["flights"]);
      await db.run("INSERT INTO flights VALUES (1)");
      await follower.caughtUp();
      const epoch = await source.snapshot(async (snapshot) => snapshot.epoch);
      const stuck = gate();
      let begun = 0;
      follower.before = async () => {
        begun += 1;
        await stuck.opened;
        throw new Error("the process ends");
      };
      await db.run("INSERT INTO flights VALUES (2)");
      await expect.poll(() => begun).toBe(1);
      const closing = source.close();
      stuck.open();
      await closing;
      await db.run("INSERT INTO flights VALUES (3)");
      await restart(["flights"]);
      await follower.caughtUp();
      expect(follower.changes.slice(-2)).toEqual([
        { kind: "insert", table: "public.flights", after: ["2", null, null] },
        { kind: "insert", table: "public.flights", after: ["3", null, null] },
      ]);
      expect(follower.transactions.map((one) => one.epoch)).toEqual(
        follower.transactions.map(() => epoch),
      );
    });

    test("a snapshot sees one moment, and says which transactions it has", async () => {
      await follow(flights, ["flights"]);
      await db.run("INSERT INTO flights VALUES (1)");
      await follower.caughtUp();
      const { sees, position } = await source.snapshot(async (snapshot) => {
        expect(await snapshot.query("SELECT id FROM flights", [])).toEqual([["1"]]);
        const rows = await snapshot.query(
          "SELECT $1::int4 + 1, $2::bool, $3::text, $4::bytea, $5::jsonb, $6::int4[], $7::date",
          ["1", "t", null, String.raw`\x00`, '{"a": 1}', "{1,2}", "2026-11-26"],
        );
        expect(rows).toEqual([
          ["2", "t", null, String.raw`\x00`, '{"a": 1}', "{1,2}", "2026-11-26"],
        ]);
        return snapshot;
      });
      expect(sees(follower.transactions[0]!)).toBe(true);
      await db.run("INSERT INTO flights VALUES (2)");
      await follower.caughtUp();
      expect(sees(follower.transactions[1]!)).toBe(false);
      expect(follower.transactions[0]!.position).toBeLessThanOrEqual(position);
    });

    test("a snapshot writes nothing, and its errors are the reader's", async () => {
      await follow(flights, ["flights"]);
      const writing = source.snapshot(({ query }) => query("INSERT INTO flights VALUES (1)", []));
      await expect(writing).rejects.toThrow(/read-only/);
      const wrong = source.snapshot(async () => {
        throw new Error("mine");
      });
      await expect(wrong).rejects.toThrow("mine");
      expect(await content(tables[0]!)).toEqual([]);
    });

    test("a hundred snapshots at once all come to their turn, and one that gives up does not", async () => {
      await follow(flights, ["flights"]);
      let running = 0;
      let most = 0;
      const stop = new AbortController();
      const reads = Array.from({ length: 100 }, (_, at) =>
        source.snapshot(async ({ query }: Snapshot) => {
          running += 1;
          most = Math.max(most, running);
          await query("SELECT 1", []);
          running -= 1;
          return at;
        }),
      );
      const late = source.snapshot(async () => -1, stop.signal);
      stop.abort(new Error("gave up"));
      await expect(late).rejects.toThrow("gave up");
      expect(await Promise.all(reads)).toEqual(reads.map((_, at) => at));
      expect(most).toBeLessThanOrEqual(8);
    });

    test("whoever waits for a position learns that the source was closed", async () => {
      await follow(flights, ["flights"]);
      const waiting = source.reached(2n ** 62n);
      const stop = new AbortController();
      const aborted = source.reached(2n ** 62n, stop.signal);
      stop.abort(new Error("gave up"));
      await expect(aborted).rejects.toThrow("gave up");
      await Promise.all([source.close(), expect(waiting).rejects.toThrow("closed")]);
      await expect(source.reached(0n)).rejects.toThrow("closed");
      await expect(source.snapshot(async () => 0)).rejects.toThrow("closed");
      await source.close();
    });

    describe("what is not set up is refused, with what to run", () => {
      test.each([
        ["no such table", "SELECT 1", "nowhere", "no table nowhere"],
        ["a view", "CREATE VIEW v AS SELECT 1 AS id", "v", "is a view"],
        ["no key", "CREATE TABLE k (a integer)", "k", "no primary key"],
        [
          "a key that two rows can share for a while",
          "CREATE TABLE k (a integer PRIMARY KEY DEFERRABLE)",
          "k",
          "deferrable",
        ],
        ["a key without an order", "CREATE TABLE k (a inet PRIMARY KEY)", "k", "order by"],
        [
          "partitions",
          "CREATE TABLE p (a integer PRIMARY KEY) PARTITION BY RANGE (a)",
          "p",
          "partitioned",
        ],
        [
          "heirs",
          "CREATE TABLE p (a integer PRIMARY KEY); CREATE TABLE c () INHERITS (p)",
          "p",
          "inherits",
        ],
        ["no log of changes", "CREATE UNLOGGED TABLE u (a integer PRIMARY KEY)", "u", "unlogged"],
      ])("%s", async (_what, sql, table, reason) => {
        await db.run(sql);
        const one = db.source();
        opened.push(one);
        await expect(one.describe([table])).rejects.toMatchObject({
          code: "setup",
          message: expect.stringContaining(reason),
        });
      });

      test("everything at once, and the SQL that mends it does", async () => {
        await db.run(`${flights}; CREATE TABLE others (id integer PRIMARY KEY)`);
        const one = db.source();
        opened.push(one);
        const error = await one
          .describe(["flights", "others", "nowhere"])
          .catch((thrown) => thrown);
        expect(error.message).toMatch(/nowhere/);
        expect(error.message).toMatch(/flights/);
        expect(error.message).toMatch(/others/);
        for (const { sql } of error.shortcomings) if (sql !== undefined) await db.run(sql);
        expect(await one.describe(["flights", "others"])).toHaveLength(2);
      });
    });

    test("random transactions: the copy is the table", async () => {
      await follow(
        `CREATE TABLE r (a integer, b text, v integer, PRIMARY KEY (a, b));
         CREATE TABLE s (id integer PRIMARY KEY, v text)`,
        ["r", "s"],
      );
      const small = fc.integer({ min: 0, max: 4 });
      const statement = fc.oneof(
        fc
          .tuple(small, small, small)
          .map(
            ([a, b, v]) =>
              `INSERT INTO r VALUES (${a}, '${b}', ${v}) ON CONFLICT (a, b) DO UPDATE SET v = ${v}`,
          ),
        fc.tuple(small, small).map(([a, v]) => `UPDATE r SET v = v + ${v} WHERE a <= ${a}`),
        fc.tuple(small).map(([a]) => `DELETE FROM r WHERE a = ${a}`),
        fc.tuple(small).map(([n]) => `UPDATE r SET a = a + 5 * ${n} WHERE v = ${n}`),
        fc.tuple(small).map(([n]) => `INSERT INTO s SELECT count(*) + max(id) + 1 + ${n} FROM s`),
        fc.tuple(small).map(([n]) => `INSERT INTO s VALUES (${n}, NULL) ON CONFLICT DO NOTHING`),
        fc.constant("DELETE FROM s WHERE v IS NULL"),
        fc.constant("UPDATE s SET v = coalesce(v, '') || 'x'"),
        fc.constant("SAVEPOINT a"),
        fc.constant("SAVEPOINT a; DELETE FROM r; ROLLBACK TO a"),
      );
      await db.run("INSERT INTO s VALUES (0)");
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.array(statement, { minLength: 1, maxLength: 8 }), fc.boolean()), {
            minLength: 1,
            maxLength: 5,
          }),
          async (transactions) => {
            for (const [statements, fails] of transactions) {
              const all = fails ? [...statements, "SELECT 1 / 0"] : statements;
              await db.run(all.join(";")).catch(() => {});
            }
            await follower.caughtUp();
            for (const table of tables) {
              expect(sorted(follower.copy(table.id))).toEqual(sorted(await content(table)));
            }
          },
        ),
        { numRuns: 40 },
      );
    });
  });
}
