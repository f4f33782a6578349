import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { coloured } from "./paint.ts";
import { joinFitting, padEnd, padStart, truncate, visibleWidth, wrap } from "./width.ts";

const styles = fc.constantFrom<"red" | "dim" | "bold">("red", "dim", "bold");
const texts = fc
  .array(
    fc.oneof(
      fc.string({ unit: fc.constantFrom("a", "█", "✔", " ", "𝄞"), maxLength: 12 }),
      fc
        .tuple(styles, fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 12 }))
        .map((styled) => coloured(...styled)),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(""));

test("a cut text takes the width that it was given, and is the beginning of the whole", () => {
  fc.assert(
    fc.property(texts, fc.nat(60), (text, width) => {
      const cut = truncate(text, width);
      expect(visibleWidth(cut)).toBe(Math.min(width, visibleWidth(text)));
      const seen = stripVTControlCharacters(cut).replace(/…$/, "");
      expect(stripVTControlCharacters(text).startsWith(seen)).toBe(true);
    }),
  );
});

test("a cut never leaves a colour on", () => {
  expect(truncate(coloured("red", "abcdef"), 3)).toBe("\u001B[31mab…\u001B[0m");
});

test("padding counts what is seen", () => {
  expect(padEnd(coloured("red", "ab"), 4)).toBe(`${coloured("red", "ab")}  `);
  expect(padStart("ab", 4)).toBe("  ab");
  expect(padEnd("abcdef", 4)).toBe("abcdef");
});

test("parts that do not fit are left out, the last ones first, and never the first", () => {
  expect(joinFitting(["abc", "def", "ghi"], " · ", 15)).toBe("abc · def · ghi");
  expect(joinFitting(["abc", "def", "ghi"], " · ", 14)).toBe("abc · def");
  expect(joinFitting(["abc", "def"], " · ", 1)).toBe("abc");
  expect(joinFitting([], " · ", 10)).toBe("");
});

test("lines break where they may, and nothing is lost", () => {
  expect(wrap("6 refused, 2 requested, 1 lost", 23)).toEqual(["6 refused, 2 requested,", "1 lost"]);
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1 }),
      fc.integer({ min: 8, max: 40 }),
      (words, width) => {
        const lines = wrap(words.join(" "), width, / /);
        expect(lines.join(" ")).toBe(words.join(" "));
        expect(lines.every((line) => line.length <= width)).toBe(true);
      },
    ),
  );
});
