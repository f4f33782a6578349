// prefix and contains, asked of closures and of a database, in every script.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { bindFilter } from "../filter/bind.ts";
import { fold } from "../filter/fold.ts";
import { matcher } from "../filter/matcher.ts";
import { filterSql } from "../filter/sql.ts";
import { alikeText } from "../fixtures/awkward-values.ts";
import { typeOf } from "../fixtures/flights.ts";
import type { TextDatabase } from "../fixtures/text-database.ts";
import { Parameters } from "../sql/parameters.ts";
import type { Table } from "../table.ts";

/** @param open makes an empty database. */
export function textsAgree(open: () => Promise<TextDatabase>): void {
  // A failure is made small before it is shown, and each try asks the database again.
  vi.setConfig({ testTimeout: 180_000 });

  let database: TextDatabase;
  beforeAll(async () => {
    database = await open();
  });
  afterAll(() => database.close());

  const table: Table = {
    id: "public.words",
    schema: "public",
    name: "words",
    columns: [
      { name: "word", type: typeOf("text"), nullable: true },
      { name: "padded", type: typeOf("character"), nullable: true },
    ],
    key: [0],
  };

  /** Which of the words the filter keeps, by PostgreSQL's word. */
  async function keptBySql(words: readonly string[], filter: unknown): Promise<readonly unknown[]> {
    const parameters = new Parameters();
    const given = parameters.addList(words, "text");
    const condition = filterSql(bindFilter(filter, table), table, parameters);
    const rows = await database.run(
      `SELECT word FROM (
         SELECT word, rpad(word, 20)::bpchar AS padded
         FROM unnest(${given}) WITH ORDINALITY AS given (word, place) ORDER BY place
       ) AS words WHERE ${condition}`,
      parameters.values,
    );
    return rows.map(([word]) => word);
  }

  function keptByClosure(words: readonly string[], filter: unknown): readonly string[] {
    const keeps = matcher(bindFilter(filter, table), table);
    return words.filter((word) => keeps([word, word.padEnd(20)]));
  }

  test.each(["prefix", "contains"])("%s", async (op) => {
    const columns = fc.constantFrom("word", "padded");
    const words = fc.array(alikeText, { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(columns, words, alikeText, async (column, words, text) => {
        const filter = [op, column, text];
        expect(await keptBySql(words, filter)).toEqual(keptByClosure(words, filter));
      }),
      { numRuns: 400 },
    );
  });

  test("every letter that has another case is contained in it", async () => {
    const letters: string[] = [];
    for (let code = 1; code < 0x1_ff_ff; code++) {
      const letter = code >= 0xd8_00 && code < 0xe0_00 ? "" : String.fromCodePoint(code);
      if (letter.toLowerCase() !== letter || letter.toUpperCase() !== letter) letters.push(letter);
    }
    expect(letters.length).toBeGreaterThan(2_000);
    for (let at = 0; at < letters.length; at += 53) {
      const filter = ["contains", "word", letters[at]];
      const kept = keptByClosure(letters, filter);
      expect(kept).toContain(letters[at]);
      expect(await keptBySql(letters, filter)).toEqual(kept);
    }
  });

  test("letters that are the same without case", () => {
    const same = (a: string, b: string): boolean => fold(a) === fold(b);
    for (const pair of [
      "aA",
      "éÉ",
      "Σσ",
      "σς",
      "Жж",
      "ßẞ",
      "\u212Ak",
      "\u017Fs",
      "𐐀𐐨",
      "\u1C90\u10D0",
    ]) {
      const [a = "", b = ""] = Array.from(pair);
      expect([pair, same(a, b)]).toEqual([pair, true]);
    }
    for (const [a, b] of [
      ["é", "e"],
      ["é", "e\u0301"],
      ["ß", "ss"],
      ["ﬀ", "ff"],
      ["Ａ", "A"],
    ]) {
      expect([a, b, same(a ?? "", b ?? "")]).toEqual([a, b, false]);
    }
  });

  test("a long text to look for is a pattern that PostgreSQL takes", async () => {
    const text = "ΣkσAß".repeat(200);
    expect(await keptBySql([text.toLowerCase(), "x"], ["contains", "word", text])).toEqual([
      text.toLowerCase(),
    ]);
  });
}
