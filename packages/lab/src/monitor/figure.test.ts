import fc from "fast-check";
import { expect, test } from "vitest";
import { timelineOf } from "./figure.ts";
import { endsBetween, growth, History, thinOut } from "./history.ts";
import type { Reading } from "./reading.ts";

const reading = (at: number, given: Partial<Reading> = {}): Reading => ({
  at,
  figures: {},
  ends: {},
  slowestHandlers: [],
  ...given,
});

test("only the last stretch of time is kept", () => {
  const history = new History(10_000);
  for (let at = 0; at <= 60_000; at += 1_000) history.add(reading(at));
  expect(history.readings.map(({ at }) => at / 1_000)).toEqual([
    50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60,
  ]);
});

test("thinned out, the last one is there, and nothing that was counted is lost", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 500 }),
      fc.integer({ min: 1, max: 50 }),
      (count, most) => {
        const all = Array.from({ length: count }, (_, n) => reading(n, { ends: { a: n } }));
        const thin = thinOut(all, most);
        expect(thin.length).toBeLessThanOrEqual(most);
        expect(thin.at(-1)).toBe(all.at(-1));
      },
    ),
  );
});

test("a counter that fell has begun anew", () => {
  expect(growth(7, 5)).toBe(2);
  expect(growth(3, 5)).toBe(3);
  const before = reading(0, { ends: { a: 5, b: 2 } });
  const after = reading(1, { ends: { a: 1, b: 2, c: 4 } });
  expect(endsBetween(before, after)).toEqual({ a: 1, c: 4 });
});

test("bars add up to all that ended within the picture", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9), { minLength: 2, maxLength: 50 }), (ended) => {
      let ends = 0;
      const readings = ended.map((count, index) => {
        ends += count;
        return reading(index * 1_000, { ends: { a: ends } });
      });
      const [panel] = timelineOf(readings, 60_000).panels;
      const drawn =
        panel?.type === "bars"
          ? panel.series.flatMap(({ values }) => values).reduce((sum, count) => sum + count, 0)
          : -1;
      expect(drawn).toBe(ends - (ended[0] ?? 0));
    }),
  );
});

test("what a server does not tell is not drawn; counters are drawn by the second", () => {
  const readings = [
    reading(0, { figures: { bytesSent: 1_000, memory: 5 } }),
    reading(2_000, { figures: { bytesSent: 3_000, memory: 7 } }),
  ];
  const { panels } = timelineOf(readings, 60_000);
  expect(panels.map(({ title }) => title)).toEqual(["Bytes", "Memory"]);
  const [bytes, memory] = panels;
  expect(bytes?.type === "lines" ? bytes.series[0]?.points : null).toEqual([[2_000, 1_000]]);
  expect(memory?.type === "lines" ? memory.series[0]?.points : null).toEqual([
    [0, 5],
    [2_000, 7],
  ]);
});
