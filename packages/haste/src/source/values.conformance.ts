// What a source writes of values and names: the same as queries do.
import { expect, test } from "vitest";
import { FLIGHTS, sorted, type SourceTrial } from "../fixtures/source-trial.ts";

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

/** Tests of how values and names are told. */
export function values(on: SourceTrial): void {
  test("a large value that an update leaves alone is told all the same", async () => {
    await on.follow(`${FLIGHTS}; ALTER TABLE flights ALTER gate SET STORAGE EXTERNAL`, ["flights"]);
    await on.db.run("INSERT INTO flights VALUES (1, repeat('toast', 20000), 1)");
    await on.db.run("UPDATE flights SET delay = 2");
    await on.db.run("UPDATE flights SET id = 3");
    await on.db.run("DELETE FROM flights");
    await on.follower.caughtUp();
    const large = "toast".repeat(20_000);
    expect(on.follower.transactions[1]!.changes).toEqual([
      {
        kind: "update",
        table: "public.flights",
        before: ["1", large, "1"],
        after: ["1", large, "2"],
      },
    ]);
    expect(on.follower.copy("public.flights")).toEqual([]);
    expect(on.follower.transactions[3]!.changes).toEqual([
      { kind: "delete", table: "public.flights", before: ["3", large, "2"] },
    ]);
  });

  test("writes every type's values as queries do, whatever the session's settings", async () => {
    await on.db.run(`
      CREATE TYPE mood AS ENUM ('sad', 'so so', 'happy');
      CREATE DOMAIN level AS integer CHECK (VALUE > 0);
      CREATE TYPE pair AS (a integer, b text)`);
    const columns = VALUES.map(([type], at) => `c${at} ${type}`);
    await on.follow(`CREATE TABLE many (id integer PRIMARY KEY, ${columns.join()})`, ["many"]);
    await on.db.run(`
      SET LOCAL timezone = 'Asia/Kolkata'; SET LOCAL datestyle = 'German';
      SET LOCAL intervalstyle = 'iso_8601'; SET LOCAL bytea_output = 'escape';
      SET LOCAL extra_float_digits = 0;
      INSERT INTO many VALUES (1, ${VALUES.map(([, value]) => value).join()});
      INSERT INTO many (id) VALUES (2)`);
    await on.follower.caughtUp();
    const seen = await on.content(on.tables[0]!);
    expect(seen).toHaveLength(2);
    for (const [at, [type]] of VALUES.entries()) {
      const column = on.tables[0]!.columns.findIndex(({ name }) => name === `c${at}`);
      expect([type, on.follower.copy("public.many")[0]![column]]).toEqual([type, seen[0]![column]]);
    }
    expect(sorted(on.follower.copy("public.many"))).toEqual(sorted(seen));
    expect(seen[0]!.slice(1)).not.toContain(null);
  });

  test("names are whatever the database takes", async () => {
    const name = `"Sch""ema ' $1"."Ta.b\\le 'é"`;
    await on.db.run(`DROP SCHEMA IF EXISTS "Sch""ema ' $1" CASCADE; CREATE SCHEMA "Sch""ema ' $1"`);
    await on.follow(`CREATE TABLE ${name} ("select" integer PRIMARY KEY, "a""b %s 'c" text)`, [
      name,
    ]);
    expect(on.tables[0]!.id).toBe(`Sch"ema ' $1.Ta.b\\le 'é`);
    await on.db.run(`INSERT INTO ${name} VALUES (1, 'x')`);
    await on.follower.caughtUp();
    expect(on.follower.copy(on.tables[0]!.id)).toEqual([["1", "x"]]);
    await on.db.run(`DROP SCHEMA "Sch""ema ' $1" CASCADE`);
  });
}
