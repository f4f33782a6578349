import fc from "fast-check";
import { expect, test } from "vitest";
import { bar, fitBins, sparkline } from "./marks.ts";

test("a bar is as wide as it was asked to be, and fuller where there is more", () => {
  fc.assert(
    fc.property(
      fc.double({ min: -1, max: 2, noNaN: true }),
      fc.integer({ min: -3, max: 120 }),
      (part, width) => {
        const { filled, rest } = bar(part, width);
        expect((filled + rest).length).toBe(Math.max(0, width));
      },
    ),
  );
  expect(bar(0, 4)).toEqual({ filled: "", rest: "░░░░" });
  expect(bar(0.3, 4)).toEqual({ filled: "█▎", rest: "░░" });
  expect(bar(1, 4)).toEqual({ filled: "████", rest: "" });
});

test("bins are put together until they fit, and none is lost", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(500), { maxLength: 400 }),
      fc.integer({ min: 1, max: 120 }),
      (bins, width) => {
        const { perColumn, columns } = fitBins(bins, width);
        expect(columns.length).toBeLessThanOrEqual(width);
        expect(columns.length).toBe(Math.ceil(bins.length / perColumn));
        const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);
        expect(sum(columns)).toBe(sum(bins));
      },
    ),
  );
});

test("a column has a glyph if anything was in it, the highest one the highest", () => {
  expect(sparkline([0, 1, 100, 25], 1)).toEqual([[" ", "▁", "█", "▄"]]);
  expect(sparkline([0, 1, 100, 25], 2)).toEqual([
    [" ", " ", "█", " "],
    [" ", "▂", "█", "█"],
  ]);
  expect(sparkline([], 2)).toEqual([[], []]);
});
