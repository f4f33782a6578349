// What a ColumnType says of two texts, and PostgreSQL of the two values.
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { InvalidValueError } from "../errors.ts";
import { alikeText } from "../fixtures/awkward-values.ts";
import { EVERY_TYPE, EVERY_TYPE_DDL, valuesOf } from "../fixtures/every-type.ts";
import { typeOf } from "../fixtures/flights.ts";
import { openTextDatabase, type TextDatabase } from "../fixtures/text-database.ts";
import { equalitySql, orderedSql } from "../sql/names.ts";
import type { Column } from "../table.ts";

// A failure is made small before it is shown, and each try asks the database again.
vi.setConfig({ testTimeout: 180_000 });

let database: TextDatabase;
beforeAll(async () => {
  database = await openTextDatabase();
  for (const statement of EVERY_TYPE_DDL) await database.run(statement, []);
});
afterAll(() => database.close());

test("arrays of text are what PostgreSQL makes JSON of", async () => {
  const toJson = (text: string): unknown => typeOf("text[]").toJson(text);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.option(alikeText), { maxLength: 6 }), async (values) => {
      const [row] = await database.run(
        `SELECT texts, ARRAY[texts, texts] FROM (
           SELECT coalesce(array_agg(v ORDER BY n), '{}') AS texts
           FROM jsonb_array_elements_text($1::jsonb) WITH ORDINALITY AS given (v, n)) AS given`,
        [JSON.stringify(values)],
      );
      const [one, two] = row ?? [];
      expect(toJson(one ?? "")).toEqual(values);
      expect(toJson(two ?? "")).toEqual(values.length === 0 ? [] : [values, values]);
    }),
  );
});

const filtered = EVERY_TYPE.columns
  .map((column, place) => ({ column, place, name: column.name }))
  .filter(({ column }) => column.type.filters !== "none");

/** The values as the type's output function writes them, by the column's own type. */
async function written(column: Column, given: readonly string[]): Promise<readonly string[]> {
  const rows = await database.run(
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
        const pairs = await database.run(
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
      { numRuns: 25 },
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
      { numRuns: 25 },
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
      { numRuns: 25 },
    );
  });
});
