// What a source tells of transactions: what they did, in which order, and row by row as queries have it.
import fc from "fast-check";
import { expect, test } from "vitest";
import { FLIGHTS, sorted, type SourceTrial } from "../fixtures/source-trial.ts";

/** Tests of what transactions are told as. */
export function transactions(on: SourceTrial): void {
  test("tells what a transaction did, in one piece, with whole rows", async () => {
    await on.follow(FLIGHTS, ["flights"]);
    const started = Date.now();
    await on.db.run(`
      INSERT INTO flights VALUES (1, 'A1', 1.50), (2, NULL, NULL);
      INSERT INTO flights VALUES (3, 'A3', 0)`);
    await on.db.run("UPDATE flights SET gate = 'B1' WHERE id = 1");
    await on.db.run("DELETE FROM flights WHERE id = 2");
    await on.follower.caughtUp();
    expect(on.follower.transactions.map(({ changes }) => changes)).toEqual([
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
    for (const { committedAt } of on.follower.transactions) {
      expect(Math.abs(committedAt - started)).toBeLessThan(60_000);
    }
  });

  test("each transaction names its epoch, its place, and the one before it", async () => {
    await on.follow(FLIGHTS, ["flights"]);
    for (let id = 0; id < 20; id += 1) await on.db.run(`INSERT INTO flights VALUES (${id})`);
    await on.follower.caughtUp();
    const told = on.follower.transactions;
    expect(told).toHaveLength(20);
    expect(new Set(told.map(({ epoch }) => epoch)).size).toBe(1);
    expect(new Set(told.map(({ xid }) => xid)).size).toBe(20);
    for (const [at, { position, previous }] of told.entries()) {
      expect(position).toBeGreaterThan(previous);
      if (at > 0) expect(previous).toBe(told[at - 1]!.position);
    }
    expect(await on.source.snapshot(async ({ epoch }) => epoch)).toBe(told[0]!.epoch);
  });

  test("what was rolled back was never said, savepoints included", async () => {
    await on.follow(FLIGHTS, ["flights"]);
    await on.db.run(`
      INSERT INTO flights VALUES (1);
      SAVEPOINT a; INSERT INTO flights VALUES (2); ROLLBACK TO a;
      SAVEPOINT b; UPDATE flights SET gate = 'x' WHERE id = 1; RELEASE b;
      SAVEPOINT c; SAVEPOINT d; DELETE FROM flights; ROLLBACK TO c;
      INSERT INTO flights VALUES (3)`);
    await expect(on.db.run("INSERT INTO flights VALUES (4); SELECT 1 / 0")).rejects.toThrow();
    await on.follower.caughtUp();
    expect(on.follower.transactions).toHaveLength(1);
    expect(sorted(on.follower.copy("public.flights"))).toEqual(
      sorted([
        ["1", "x", null],
        ["3", null, null],
      ]),
    );
  });

  test("follows rows through changes of their keys", async () => {
    await on.follow(
      `CREATE TABLE seats (flight integer, place text, taken boolean, PRIMARY KEY (place, flight))`,
      ["seats"],
    );
    await on.db.run("INSERT INTO seats SELECT g, 'a' || g, true FROM generate_series(1, 5) g");
    await on.db.run("UPDATE seats SET flight = flight + 10");
    await on.db.run("UPDATE seats SET place = 'a' || (6 - (flight - 10))");
    await on.db.run(`
      UPDATE seats SET flight = 99 WHERE place = 'a1';
      INSERT INTO seats VALUES (15, 'a1', NULL)`);
    await on.follower.caughtUp();
    expect(on.tables[0]!.key).toEqual([1, 0]);
    expect(sorted(on.follower.copy("public.seats"))).toEqual(
      sorted(await on.content(on.tables[0]!)),
    );
  });

  test("a key that is written differently and equal goes before it comes", async () => {
    await on.follow("CREATE TABLE n (id numeric PRIMARY KEY, v integer)", ["n"]);
    await on.db.run("INSERT INTO n VALUES (1.0, 1)");
    await on.db.run("UPDATE n SET id = 1.00");
    await on.follower.caughtUp();
    expect(on.follower.copy("public.n")).toEqual([["1.00", "1"]]);
  });

  test("what triggers and cascades change is told as it ends", async () => {
    await on.follow(
      `CREATE TABLE parents (id integer PRIMARY KEY, n integer DEFAULT 0);
       CREATE TABLE children (id integer PRIMARY KEY,
         parent integer REFERENCES parents ON DELETE CASCADE ON UPDATE CASCADE);
       CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         UPDATE parents SET n = n + 1 WHERE n < 3; RETURN NULL; END $$;
       CREATE TRIGGER touch AFTER UPDATE ON parents FOR EACH ROW
         WHEN (pg_trigger_depth() < 3) EXECUTE FUNCTION touch()`,
      ["parents", "children"],
    );
    await on.db.run(`
      INSERT INTO parents SELECT g FROM generate_series(1, 4) g;
      INSERT INTO children SELECT g, g FROM generate_series(1, 4) g`);
    await on.db.run("UPDATE parents SET id = id + 10, n = 1 WHERE id < 4");
    await on.db.run("DELETE FROM parents WHERE id = 12");
    await on.follower.caughtUp();
    for (const table of on.tables) {
      expect(sorted(on.follower.copy(table.id))).toEqual(sorted(await on.content(table)));
    }
  });

  test("an insert that finds the row there, and a merge of rows that nothing changes", async () => {
    await on.follow(FLIGHTS, ["flights"]);
    await on.db.run("INSERT INTO flights VALUES (1, 'A1')");
    await on.db.run(`INSERT INTO flights VALUES (1, 'A2'), (2, 'B1')
      ON CONFLICT (id) DO UPDATE SET gate = excluded.gate`);
    await on.db.run("INSERT INTO flights VALUES (1, 'A3') ON CONFLICT DO NOTHING");
    await on.db.run("UPDATE flights SET gate = 'C1' WHERE id = 77");
    await on.follower.caughtUp();
    expect(sorted(on.follower.copy("public.flights"))).toEqual(
      sorted([
        ["1", "A2", null],
        ["2", "B1", null],
      ]),
    );
  });

  test("a truncate is a reload, whatever else the transaction did to the table", async () => {
    await on.follow(`${FLIGHTS}; CREATE TABLE others (id integer PRIMARY KEY)`, [
      "flights",
      "others",
    ]);
    await on.db.run("INSERT INTO flights VALUES (1)");
    await on.db
      .run(`INSERT INTO flights VALUES (2); TRUNCATE flights; INSERT INTO flights VALUES (3);
      INSERT INTO others VALUES (1)`);
    await on.follower.caughtUp();
    const last = on.follower.transactions.at(-1)!.changes;
    expect(last).toHaveLength(2);
    expect(last).toContainEqual({ kind: "reload", table: "public.flights", cause: "truncate" });
    expect(last).toContainEqual({ kind: "insert", table: "public.others", after: ["1"] });
  });

  test("a truncate that cascades is a reload of each table, in one transaction", async () => {
    await on.follow(`${FLIGHTS}; CREATE TABLE delays (id integer PRIMARY KEY REFERENCES flights)`, [
      "flights",
      "delays",
    ]);
    await on.db.run("INSERT INTO flights VALUES (1); INSERT INTO delays VALUES (1)");
    await on.db.run("TRUNCATE flights CASCADE");
    await on.follower.caughtUp();
    const last = on.follower.transactions.at(-1)!.changes;
    expect(last).toHaveLength(2);
    for (const table of ["public.flights", "public.delays"]) {
      expect(last).toContainEqual({ kind: "reload", table, cause: "truncate" });
    }
  });

  test("ten thousand rows at once are all there; one more is a reload", async () => {
    await on.follow(FLIGHTS, ["flights"], { maxChanges: 10_000 });
    await on.db.run("INSERT INTO flights SELECT g, 'g' || g, g FROM generate_series(1, 10000) g");
    await on.db.run("UPDATE flights SET delay = delay + 1");
    await on.follower.caughtUp();
    expect(on.follower.transactions.map(({ changes }) => changes.length)).toEqual([10_000, 10_000]);
    expect(sorted(on.follower.copy("public.flights"))).toEqual(
      sorted(await on.content(on.tables[0]!)),
    );
    await on.db.run("INSERT INTO flights VALUES (0)");
    await on.db.run("UPDATE flights SET delay = delay + 1");
    await on.db.run("INSERT INTO flights VALUES (-1)");
    await on.follower.caughtUp();
    expect(on.follower.transactions.slice(-2).map(({ changes }) => changes)).toEqual([
      [{ kind: "reload", table: "public.flights", cause: "tooManyChanges" }],
      [{ kind: "insert", table: "public.flights", after: ["-1", null, null] }],
    ]);
  });

  test("many small statements and many large rows can be too many as well", async () => {
    await on.follow(FLIGHTS, ["flights"], { maxChanges: 10, maxBytes: 100_000 });
    await on.db.run(
      Array.from({ length: 11 }, (_, id) => `INSERT INTO flights VALUES (${id})`).join(";"),
    );
    await on.db.run("DELETE FROM flights");
    await on.db.run(
      "INSERT INTO flights SELECT g, repeat('x', 60000) FROM generate_series(1, 2) g",
    );
    await on.db.run("INSERT INTO flights VALUES (9, repeat('x', 90000))");
    await on.follower.caughtUp();
    const reload = { kind: "reload", table: "public.flights", cause: "tooManyChanges" };
    const [first, second, third, fourth] = on.follower.transactions.map(({ changes }) => changes);
    expect([first, second, third]).toEqual([[reload], [reload], [reload]]);
    expect(fourth).toHaveLength(1);
    expect(fourth![0]).toMatchObject({ kind: "insert" });
  });

  test("tables that nobody described are not told of", async () => {
    await on.db.run("CREATE TABLE others (id integer PRIMARY KEY)");
    await on.db.setUp(["others"]);
    await on.follow(FLIGHTS, ["flights"]);
    await on.db.run("INSERT INTO others VALUES (1); INSERT INTO flights VALUES (1)");
    await on.db.run("INSERT INTO others VALUES (2)");
    await on.follower.caughtUp();
    expect(on.follower.changes).toEqual([
      { kind: "insert", table: "public.flights", after: ["1", null, null] },
    ]);
  });

  test("random transactions: the copy is the table", async () => {
    await on.follow(
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
    await on.db.run("INSERT INTO s VALUES (0)");
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.array(statement, { minLength: 1, maxLength: 8 }), fc.boolean()), {
          minLength: 1,
          maxLength: 5,
        }),
        async (transactions) => {
          for (const [statements, fails] of transactions) {
            const all = fails ? [...statements, "SELECT 1 / 0"] : statements;
            await on.db.run(all.join(";")).catch(() => {});
          }
          await on.follower.caughtUp();
          for (const table of on.tables) {
            expect(sorted(on.follower.copy(table.id))).toEqual(sorted(await on.content(table)));
          }
        },
      ),
      { numRuns: 40 },
    );
  });
}
