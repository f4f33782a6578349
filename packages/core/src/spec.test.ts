// SPEC.md names tests by file and title: they exist, and none that has a number is left out.
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const root = new URL("../", import.meta.url);
const spec = readFileSync(new URL("SPEC.md", root), "utf8");
const named = [...spec.matchAll(/\]\((src\/[^)]+\.test\.ts)\) "([^"]+)"/g)].map(
  ([, file = "", title = ""]) => `${file} ${title}`,
);

/** Titles of tests that hold an invariant, and of the one that holds the table of frames. */
const TITLE = /(?:test|describe)\("((?:[A-Z]\d+: |each frame that)[^"]+)"/g;
const files = readdirSync(new URL("src", root), { recursive: true, encoding: "utf8" })
  .map((path) => `src/${path.replaceAll("\\", "/")}`)
  .filter((path) => path.endsWith(".test.ts"));
const written = files.flatMap((file) =>
  [...readFileSync(new URL(file, root), "utf8").matchAll(TITLE)].map(
    ([, title = ""]) => `${file} ${title}`,
  ),
);

test("every test that SPEC.md names exists, and every numbered test is named", () => {
  expect(named.toSorted()).toEqual(written.toSorted());
});

test("the numbers are without gaps and used once", () => {
  const numbers = [...spec.matchAll(/^\| ([SCRD])(\d+) \|/gm)].map(([, letter, number]) => [
    letter,
    Number(number),
  ]);
  const expected = Object.entries({ S: 19, C: 10, R: 9, D: 2 }).flatMap(([letter, last]) =>
    Array.from({ length: last }, (_, index) => [letter, index + 1]),
  );
  expect(numbers).toEqual(expected);
});
