import fc from "fast-check";
import { expect, test } from "vitest";
import { Rate } from "./rate.ts";

test("in no span of time does more happen than the rate allows, and one second's worth", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.array(fc.nat(400), { maxLength: 200 }),
      (perSecond, gaps) => {
        const rate = new Rate(perSecond, 0);
        const taken: number[] = [];
        let now = 0;
        for (const gap of gaps) {
          now += gap;
          if (rate.take(now)) taken.push(now);
        }
        for (const [index, from] of taken.entries()) {
          for (const [count, to] of taken.slice(index).entries()) {
            expect(count).toBeLessThanOrEqual(perSecond + ((to - from) / 1_000) * perSecond);
          }
        }
      },
    ),
  );
});

test("it fills again", () => {
  const rate = new Rate(2, 0);
  expect([0, 0, 0].map((now) => rate.take(now))).toEqual([true, true, false]);
  expect(rate.isFull(999)).toBe(false);
  expect(rate.take(500)).toBe(true);
  expect(rate.take(501)).toBe(false);
  expect(rate.isFull(2_000)).toBe(true);
});

test("of amounts: no more than the rate allows and what may come at once", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.array(fc.tuple(fc.nat(400), fc.integer({ min: 1, max: 80 })), { maxLength: 200 }),
      (perSecond, steps) => {
        const rate = new Rate(perSecond, 0, 80);
        let [now, sum] = [0, 0];
        for (const [gap, amount] of steps) {
          now += gap;
          if (rate.take(now, amount)) sum += amount;
          expect(sum).toBeLessThanOrEqual(80 + (now / 1_000) * perSecond + 1e-6);
        }
      },
    ),
  );
});

test("less than one a second", () => {
  const rate = new Rate(0.5, 0);
  expect([0, 1_000, 2_000].map((now) => rate.take(now))).toEqual([true, false, true]);
});
