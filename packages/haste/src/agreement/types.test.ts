// What a ColumnType says of two texts, and PostgreSQL of the two values.
import fc from "fast-check";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { InvalidValueError } from "../errors.ts";
import { EVERY_TYPE, EVERY_TYPE_DDL, SETTINGS, texts, valuesOf } from "../fixtures/every-type.ts";
import { PostgresServer } from "../fixtures/postgres.ts";
import { equalitySql, orderedSql } from "../sql/names.ts";
import type { Column } from "../table.ts";

// A failure is made small before it is shown, and each try asks the database again.
vi.setConfig({ testTimeout: 180_000 });

let server: PostgresServer;
let client: Client;
beforeAll(async () => {
  server = await PostgresServer.start();
  client = new Client({ connectionString: await server.createDatabase() });
  await client.connect();
  for (const statement of EVERY_TYPE_DDL) await client.query(statement);
  await client.query(SETTINGS);
});
afterAll(async () => {
  await client.end();
  await server.remove();
});

const filtered = EVERY_TYPE.columns
  .map((column, place) => ({ column, place, name: column.name }))
  .filter(({ column }) => column.type.filters !== "none");

/** The values as the type's output function writes them, by the column's own type. */
async function written(column: Column, given: readonly string[]): Promise<readonly string[]> {
  const rows = await texts(
    client,
    `SELECT v::${column.type.sql} FROM unnest($1::text[]) WITH ORDINALITY AS given(v, n) ORDER BY n`,
    [arrayOf(given)],
  );
  return rows.map(([text]) => text ?? "");
}

const arrayOf = (values: readonly string[]): string =>
  `{${values.map((text) => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`).join(",")}}`;

describe.each(filtered)("$name", ({ column, place }) => {
  const { type } = column;
  const { texts: inserted, given, collate = "" } = valuesOf(place);
  const name = `"${column.name.replaceAll('"', '""')}"`;

  test("order, equality, keys and ranks are PostgreSQL's", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(inserted, { minLength: 2, maxLength: 25 }), async (values) => {
        const all = await written(column, values);
        const equal = equalitySql(column).replace(name, "a.v");
        const less = orderedSql(column).replace(name, "a.v");
        const pairs = await texts(
          client,
          `WITH t AS (SELECT v::${type.sql} ${collate} AS v, n
                      FROM unnest($1::text[]) WITH ORDINALITY AS given(v, n))
           SELECT a.n - 1, b.n - 1, ${less} < b.v, ${equal} = b.v FROM t AS a, t AS b`,
          [arrayOf(values)],
        );
        for (const [first, second, isLess, isEqual] of pairs) {
          const a = all[Number(first)] ?? "";
          const b = all[Number(second)] ?? "";
          const order = type.compare(a, b);
          expect([a, b, order < 0]).toEqual([a, b, isLess === "t"]);
          expect([a, b, type.key(a) === type.key(b)]).toEqual([a, b, isEqual === "t"]);
          expect([a, b, order === 0]).toEqual([a, b, isEqual === "t"]);
          if (order <= 0) expect([a, b, type.rank(a) <= type.rank(b)]).toEqual([a, b, true]);
        }
      }),
      { numRuns: 40 },
    );
  });

  test("what a client was given, it may give back", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(inserted, { minLength: 1, maxLength: 25 }), async (values) => {
        for (const text of await written(column, values)) {
          const json: unknown = JSON.parse(JSON.stringify(type.toJson(text)));
          expect([text, type.key(type.fromJson(json))]).toEqual([text, type.key(text)]);
        }
      }),
      { numRuns: 40 },
    );
  });

  test("what fromJson takes, PostgreSQL takes for the same", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(given, { minLength: 1, maxLength: 25 }), async (values) => {
        const taken = values.flatMap((value) => {
          try {
            return [type.fromJson(value)];
          } catch (error) {
            if (error instanceof InvalidValueError) return [];
            throw error;
          }
        });
        const all = await written(column, taken);
        expect(all.map((text) => type.key(text))).toEqual(taken.map((text) => type.key(text)));
      }),
      { numRuns: 40 },
    );
  });
});
