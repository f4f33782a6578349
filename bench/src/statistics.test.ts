import { expect, test } from "vitest";
import { median, pairedRatio } from "./statistics.ts";

test("the median is the middle one, or lies between the two in the middle", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([10])).toBe(10);
});

test("a ratio is of run against run, so that a slow minute cancels out", () => {
  // Whatever the machine did in each run, the second took twice as long.
  expect(pairedRatio([20, 2, 200], [10, 1, 100])).toBe(2);
  // The ratio of the medians would be 1.
  expect(pairedRatio([1, 5, 9], [5, 1, 9])).toBe(1);
  expect(pairedRatio([4, 5, 18], [2, 5, 6])).toBe(2);
});

test("there is no ratio to nothing", () => {
  expect(pairedRatio([1, 2], [0, 1])).toBeNull();
  expect(pairedRatio([0], [0])).toBeNull();
  expect(pairedRatio([1, 2], [1])).toBeNull();
});
