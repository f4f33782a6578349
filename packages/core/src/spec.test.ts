// SPEC.md names tests by file and title: they exist, and none that has a number is left out.
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const root = new URL("../", import.meta.url);
const spec = readFileSync(new URL("SPEC.md", root), "utf8");
const named = [...spec.matchAll(/\]\((src\/[^)]+\.test\.ts)\) "([^"]+)"/g)].map(
  ([, file = "", title = ""]) => `${file} ${title}`,
);

/** Titles of tests that hold an invariant, and of the one that holds the table of frames. */
const NUMBERED = /(?:test|describe)\("((?:[A-Z]\d+: |each frame that)[^"]+)"/g;
const TITLE = /(?:test|describe)\("([^"]+)"/g;
const files = readdirSync(new URL("src", root), { recursive: true, encoding: "utf8" })
  .map((path) => `src/${path.replaceAll("\\", "/")}`)
  .filter((path) => path.endsWith(".test.ts"));
const written = (titles: RegExp): string[] =>
  files.flatMap((file) =>
    [...readFileSync(new URL(file, root), "utf8").matchAll(titles)].map(
      ([, title = ""]) => `${file} ${title}`,
    ),
  );

test("every test that SPEC.md names exists, and every numbered test is named", () => {
  const all = new Set(written(TITLE));
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter((test) => !all.has(test))).toEqual([]);
  expect(written(NUMBERED).filter((test) => !named.includes(test))).toEqual([]);
});

test("the numbers are without gaps and used once", () => {
  const numbers = [...spec.matchAll(/^\| ([SCRDN])(\d+) \|/gm)].map(([, letter, number]) => [
    letter,
    Number(number),
  ]);
  const expected = Object.entries({ S: 21, C: 10, R: 9, D: 2, N: 4 }).flatMap(([letter, last]) =>
    Array.from({ length: last }, (_, index) => [letter, index + 1]),
  );
  expect(numbers).toEqual(expected);
});
