import fc from "fast-check";
import { expect, test } from "vitest";
import { countTicks, formatBytes, linear, ticks } from "./scale.ts";

test("ticks begin at 0, are even, and reach over the highest value by less than one step", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1e-3, max: 1e12, noNaN: true }),
      fc.integer({ min: 2, max: 12 }),
      fc.constantFrom<10 | 2>(10, 2),
      (highest, count, base) => {
        const all = ticks(highest, count, base);
        const step = (all[1] ?? 0) - (all[0] ?? 0);
        const last = all.at(-1) ?? 0;
        expect(all[0]).toBe(0);
        expect(last).toBeGreaterThanOrEqual(highest * (1 - 1e-6));
        expect(last - highest).toBeLessThan(step * (1 + 1e-6));
        expect(all.length).toBeLessThanOrEqual(count + 2);
      },
    ),
  );
  expect(ticks(0, 4)).toEqual([0, 1]);
});

test("ticks of counts are whole", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), (highest) => {
      expect(countTicks(highest, 4).every(Number.isInteger)).toBe(true);
    }),
  );
});

test("a scale leads from one range to another", () => {
  const scale = linear([0, 10], [100, 200]);
  expect([0, 5, 10].map(scale)).toEqual([100, 150, 200]);
  expect(linear([3, 3], [1, 2])(3)).toBe(1);
});

test.each([
  [0, "0 B"],
  [1_023, "1023 B"],
  [1_536, "1.5 KiB"],
  [143 * 1024 * 1024, "143 MiB"],
  [3 * 1024 ** 5, "3072 TiB"],
])("%d bytes are %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
