// The clock whose hands the test holds: timers ring in their order, at their moment, and once.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { failureOf } from "../fixtures/failure.ts";
import { TestClock } from "./index.ts";

/** Sets a timer that writes down when it rang. */
function ring(
  clock: TestClock,
  delay: number,
  rung: [string, number][],
  name = `${delay}`,
): object {
  return clock.setTimer(delay, (into) => into.push([name, clock.now()]), rung) as object;
}

test("time stands still until it is told to pass", async () => {
  const clock = new TestClock();
  const rung: [string, number][] = [];
  ring(clock, 1, rung);
  await clock.rest();
  expect([clock.now(), clock.pending, clock.untilNext, rung]).toEqual([0, 1, 1, []]);
});

test("timers ring in the order of their moments, those of one moment in the order of setting", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(50), { maxLength: 30 }), fc.nat(60), async (delays, pass) => {
      const clock = new TestClock();
      const rung: [number, number][] = [];
      for (const [index, delay] of delays.entries()) {
        clock.setTimer(delay, () => rung.push([index, clock.now()]), null);
      }
      await clock.advance(pass);
      const due = [...delays.entries()].filter(([, delay]) => delay <= pass);
      due.sort(([a, one], [b, other]) => one - other || a - b);
      expect(rung).toEqual(due);
      expect([clock.now(), clock.pending]).toEqual([pass, delays.length - due.length]);
    }),
    { numRuns: 30 },
  );
});

test("a timer that was forgotten does not ring, and one that has rung may be forgotten", async () => {
  const clock = new TestClock();
  const rung: [string, number][] = [];
  const first = ring(clock, 1, rung);
  clock.clearTimer(ring(clock, 2, rung));
  await clock.advance(5);
  clock.clearTimer(first);
  expect(rung).toEqual([["1", 1]]);
});

test("what a timer sets rings in the same advance, and what its promises set too", async () => {
  const clock = new TestClock();
  const rung: [string, number][] = [];
  const again = async (): Promise<void> => {
    for (let tick = 0; tick < 50; tick++) await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    ring(clock, 10, rung);
  };
  clock.setTimer(5, () => void again(), null);
  await clock.advance(15);
  expect(rung).toEqual([["10", 15]]);
});

describe("advanceUntil", () => {
  test("a promise: no further than it takes, and its outcome becomes this one's", async () => {
    const clock = new TestClock();
    const rung: [string, number][] = [];
    const goal = new Promise((resolve) => clock.setTimer(20, resolve, "there"));
    ring(clock, 10, rung);
    ring(clock, 30, rung);
    expect(await clock.advanceUntil(goal)).toBe("there");
    expect([clock.now(), rung]).toEqual([20, [["10", 10]]]);
    expect(await failureOf(clock.advanceUntil(Promise.reject(new Error("no"))))).toEqual(
      new Error("no"),
    );
  });

  test("a condition, which may hold already", async () => {
    const clock = new TestClock();
    const rung: [string, number][] = [];
    ring(clock, 10, rung);
    await clock.advanceUntil(() => true);
    expect(clock.now()).toBe(0);
    await clock.advanceUntil(() => rung.length === 1);
    expect(clock.now()).toBe(10);
  });

  test("neverDone: nothing is due that could bring it, or not within the limit", async () => {
    const clock = new TestClock();
    const never = new Promise(() => {});
    expect(await failureOf(clock.advanceUntil(never))).toMatchObject({ code: "neverDone" });
    ring(clock, 11, []);
    expect(await failureOf(clock.advanceUntil(never, { limit: 10 }))).toMatchObject({
      code: "neverDone",
    });
    expect(clock.now()).toBe(0);
  });
});

describe("runUntilIdle", () => {
  test("rings all that is set", async () => {
    const clock = new TestClock();
    const rung: [string, number][] = [];
    clock.setTimer(5, () => ring(clock, 5, rung), null);
    await clock.runUntilIdle();
    expect([clock.now(), clock.pending, rung]).toEqual([10, 0, [["5", 10]]]);
  });

  test("neverIdle: timers go on being set", async () => {
    const clock = new TestClock();
    const tick = (): unknown => clock.setTimer(1_000, tick, null);
    tick();
    expect(await failureOf(clock.runUntilIdle({ limit: 10_000 }))).toMatchObject({
      code: "neverIdle",
    });
    expect(clock.now()).toBe(10_000);
  });
});

test("two who advance it at once never turn it back", async () => {
  const clock = new TestClock();
  const seen: number[] = [];
  for (const delay of [3, 6, 9]) clock.setTimer(delay, () => seen.push(clock.now()), null);
  await Promise.all([clock.advance(4), clock.advance(10)]);
  expect(seen).toEqual([3, 6, 9]);
  expect(clock.now()).toBe(10);
});
