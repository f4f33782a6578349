// The seeded generator.
import fc from "fast-check";
import { expect, test } from "vitest";
import { seededRandom } from "./random.ts";

function numbers(seed: number, count: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => random());
}

test("numbers are in [0, 1), and the seed determines them", () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const some = numbers(seed, 20);
      expect(some.every((number) => number >= 0 && number < 1)).toBe(true);
      expect(numbers(seed, 20)).toEqual(some);
      expect(numbers(seed + 1, 20)).not.toEqual(some);
    }),
  );
});

test("they are spread evenly", () => {
  const tenths = Array.from({ length: 10 }, () => 0);
  for (const number of numbers(42, 100_000)) tenths[Math.floor(number * 10)]! += 1;
  for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(500);
});

test("the sequence is that of Mulberry32, so that old seeds replay", () => {
  expect(numbers(1, 3)).toEqual([0.6270739405881613, 0.002735721180215478, 0.5274470399599522]);
});
