import fc from "fast-check";
import { expect, test } from "vitest";
import { sample, smallOrder } from "../fixtures/samples.ts";
import { endsByBin, timelineOf } from "./figure.ts";
import { allEnds, phaseResult, sum, type Counts } from "./sample.ts";

test("a phase is its own client's: its ends during the phase, its zombies at most and at the end", () => {
  const samples = [
    sample(0, {
      ends: { first: { overflow: 3 }, second: {} },
      heldUp: { first: 7_000, second: 0 },
    }),
    sample(250, {
      zombies: { first: 4, second: 9 },
      memory: 900,
      heldUp: { first: 40, second: 9_000 },
    }),
    sample(500, {
      zombies: { first: 2, second: 9 },
      ends: { first: { overflow: 3, sendTimeout: 5, dropped: 0 }, second: { dropped: 7 } },
      lives: { first: { begun: 8, failed: 1 }, second: { begun: 5, failed: 0 } },
      memory: 500,
    }),
  ];
  expect(phaseResult([...samples.slice(0, 1), ...samples.slice(1)], "first", "imitation")).toEqual({
    client: "imitation",
    endsByReason: { sendTimeout: 5 },
    zombiesPeak: 4,
    zombiesAtEnd: 2,
    memoryPeak: 64 * 1024 * 1024,
    lives: 8,
    livesFailed: 1,
    heldUp: 40,
  });
  expect(phaseResult(samples, "second", "slipstream").endsByReason).toEqual({ dropped: 7 });
});

test("bars add up to all that ended, whenever it was looked at", () => {
  const looks = fc.array(
    fc.record({ wait: fc.integer({ min: 1, max: 3_000 }), ended: fc.nat(9), other: fc.nat(9) }),
    { minLength: 1 },
  );
  fc.assert(
    fc.property(looks, fc.constantFrom(500, 1_000, 2_000), (looks, bin) => {
      let at = 0;
      const ends = { a: 0, b: 0 };
      const samples = [sample(0)];
      for (const { wait, ended, other } of looks) {
        at += wait;
        ends.a += ended;
        ends.b += other;
        samples.push(sample(at, { ends: { first: { a: ends.a }, second: { b: ends.b } } }));
      }
      const bins: readonly Counts[] = endsByBin(samples, bin);
      expect(bins.reduce((total, counts) => total + sum(counts), 0)).toBe(ends.a + ends.b);
      expect(bins.length).toBeLessThanOrEqual(Math.ceil(at / bin));
    }),
  );
});

test("ends of both clients are put together by reason", () => {
  const last = smallOrder().samples.at(-1);
  expect(last === undefined ? null : allEnds(last)).toEqual({
    sendTimeout: 14,
    closedByRemote: 40,
  });
});

test("where the server does not tell the clients apart, one line is of both", () => {
  const live = (clientsApart: boolean): string[] =>
    timelineOf({ ...smallOrder(), clientsApart })
      .panels.filter(({ title }) => title === "Live connections")
      .flatMap(({ series }) => series.map(({ name }) => name));
  expect(live(true)).toEqual(["imitation", "slipstream"]);
  expect(live(false)).toEqual(["of both clients"]);
});
