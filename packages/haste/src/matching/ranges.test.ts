import fc from "fast-check";
import { expect, test } from "vitest";
import { rangeOf } from "./ranges.ts";

const utf8 = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

test("the range of a prefix holds what starts with it, and nothing else, in the order of UTF-8", () => {
  const text = fc
    .string({ unit: "binary", maxLength: 3 })
    .filter((text) => !/\p{Surrogate}/u.test(text));
  fc.assert(
    fc.property(
      fc.oneof(text, fc.constantFrom("\u{d7ff}", "\u{10ffff}", "a\u{10ffff}", "é")),
      text,
      fc.boolean(),
      (prefix, other, starts) => {
        const value = starts ? prefix + other : other;
        const range = rangeOf({ op: "prefix", column: 0, value: prefix });
        const { low, high } = range ?? {};
        const holds = utf8(value, low ?? "") >= 0 && (high === undefined || utf8(value, high) < 0);
        expect(holds).toBe(value.startsWith(prefix));
      },
    ),
    { numRuns: 2_000 },
  );
});
