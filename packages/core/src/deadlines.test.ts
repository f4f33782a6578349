// The heap of deadlines. The invariants D1 and D2 of SPEC.md.
import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Deadlines, type Deadline } from "./deadlines.ts";

class Probe implements Deadline {
  at = Infinity;
  slot = -1;
  readonly name: number;
  readonly #expired: (probe: Probe, now: number) => void;

  constructor(name: number, expired: (probe: Probe, now: number) => void) {
    this.name = name;
    this.#expired = expired;
  }

  expire(now: number): void {
    this.#expired(this, now);
  }
}

const PROBES = 40;
const moment = fc.oneof(
  fc.integer({ min: 0, max: 40 }),
  fc.constantFrom(Infinity, Number.NaN, -Infinity),
);
const which = fc.nat({ max: PROBES - 1 });
const action = fc.oneof(
  { weight: 12, arbitrary: fc.tuple(fc.constant("set" as const), which, moment) },
  { weight: 4, arbitrary: fc.tuple(fc.constant("clear" as const), which, fc.constant(0)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant("expire" as const), which, fc.nat({ max: 40 })) },
);

test("D1: like a list of moments that is sorted each time", () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 200, size: "max" }), (actions) => {
      const deadlines = new Deadlines();
      const model = new Map<number, number>();
      const expired: number[] = [];
      const probes = Array.from({ length: PROBES }, (_, name) => {
        return new Probe(name, () => expired.push(name));
      });
      for (const [what, name, at] of actions) {
        const probe = probes[name] as Probe;
        if (what === "set") {
          deadlines.set(probe, at);
          if (at < Infinity) model.set(name, at);
          else model.delete(name);
        } else if (what === "clear") {
          deadlines.clear(probe);
          model.delete(name);
        } else {
          const due = [...model].filter(([, moment]) => moment <= at);
          deadlines.expire(at);
          const moments = expired.map((one) => model.get(one) ?? Number.NaN);
          deepStrictEqual(
            moments,
            moments.toSorted((a, b) => a - b),
          );
          deepStrictEqual(new Set(expired.splice(0)), new Set(due.map(([one]) => one)));
          for (const [one] of due) model.delete(one);
        }
        const next = Math.min(Infinity, ...model.values());
        deepStrictEqual([deadlines.size, deadlines.next], [model.size, next]);
        const awaited = probes.filter(({ slot }) => slot >= 0).map(({ name: one }) => one);
        deepStrictEqual(new Set(awaited), new Set(model.keys()));
      }
    }),
    { numRuns: 300 },
  );
});

test("D1: moments are whole, and none expires early", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e6, noNaN: true }), (moment) => {
      const deadlines = new Deadlines();
      const probe = new Probe(0, () => {});
      deadlines.set(probe, moment);
      expect(deadlines.next).toBe(Math.ceil(moment));
      deadlines.expire(deadlines.next - 1);
      expect(deadlines.size).toBe(1);
      deadlines.expire(deadlines.next);
      expect(deadlines.size).toBe(0);
    }),
  );
});

describe("D2: what expires may set and clear deadlines, and never holds the program up", () => {
  test("a deadline that sets itself anew without delay expires once in a call", () => {
    const deadlines = new Deadlines();
    let times = 0;
    const probe = new Probe(0, (self, now) => {
      times += 1;
      deadlines.set(self, now);
    });
    deadlines.set(probe, 5);
    deadlines.expire(10);
    expect(times).toBe(1);
    expect(deadlines.next).toBe(10);
  });

  test("one that is cleared by another does not expire", () => {
    const deadlines = new Deadlines();
    const expired: number[] = [];
    const second = new Probe(2, ({ name }) => expired.push(name));
    const first = new Probe(1, ({ name }) => {
      expired.push(name);
      deadlines.clear(second);
    });
    deadlines.set(second, 6);
    deadlines.set(first, 5);
    deadlines.expire(10);
    expect(expired).toEqual([1]);
    expect(deadlines.size).toBe(0);
  });

  test("it is told the time of the wake, and still knows its moment", () => {
    const deadlines = new Deadlines();
    const seen: number[] = [];
    const probe = new Probe(0, ({ at }, now) => seen.push(at, now));
    deadlines.set(probe, 5);
    deadlines.expire(4);
    deadlines.expire(9);
    expect(seen).toEqual([5, 9]);
  });
});
