// P25: who is a zombie.
import fc from "fast-check";
import { expect, test } from "vitest";
import { GRACE, Zombies } from "./zombies.ts";

const held = (...ports: number[]): ReadonlySet<number> => new Set(ports);

test("a connection is a zombie when it is held over 2 s after its owner's last word", () => {
  const zombies = new Zombies();
  zombies.arrived("first-1", 4000);
  expect(zombies.count(held(4000), 10_000)).toEqual({ first: 0, second: 0, unknown: 0 });
  zombies.declaredEnd("first-1", 10_000);
  expect(zombies.count(held(4000), 10_000 + GRACE).first).toBe(0);
  expect(zombies.count(held(4000), 10_001 + GRACE).first).toBe(1);
  expect(zombies.count(held(), 10_001 + GRACE).first).toBe(0);
});

test("it is its own client's, whichever is at work", () => {
  const zombies = new Zombies();
  for (const [name, port] of [
    ["first-1", 1],
    ["first-2", 2],
    ["second-1", 3],
  ] as const) {
    zombies.arrived(name, port);
    zombies.declaredEnd(name, 0);
  }
  expect(zombies.count(held(1, 2, 3), 5_000)).toEqual({ first: 2, second: 1, unknown: 0 });
});

test("a port that another life got is that one's", () => {
  const zombies = new Zombies();
  zombies.arrived("first-1", 4000);
  zombies.declaredEnd("first-1", 0);
  zombies.arrived("second-1", 4000);
  expect(zombies.count(held(4000), 5_000)).toEqual({ first: 0, second: 0, unknown: 0 });
});

test("a port that is nobody's is unknown, and so is one whose name is no life's", () => {
  const zombies = new Zombies();
  zombies.arrived("changes", 4001);
  expect(zombies.count(held(4000, 4001), 0)).toEqual({ first: 0, second: 0, unknown: 2 });
});

test("the word may come before the port, and the first word counts", () => {
  const zombies = new Zombies();
  zombies.declaredEnd("second-1", 0);
  zombies.declaredEnd("second-1", 9_000);
  zombies.arrived("second-1", 4000);
  expect(zombies.count(held(4000), GRACE + 1).second).toBe(1);
});

test("what is held is remembered for however long; what is gone is forgotten", () => {
  const zombies = new Zombies();
  zombies.arrived("first-1", 1);
  zombies.arrived("first-2", 2);
  zombies.declaredEnd("first-1", 0);
  zombies.declaredEnd("first-2", 0);
  expect(zombies.count(held(1), 1e9).first).toBe(1);
  expect(zombies.count(held(1, 2), 1e9)).toEqual({ first: 1, second: 0, unknown: 1 });
});

test("each port that is held is counted at most once", () => {
  const port = fc.integer({ min: 1, max: 6 });
  const name = fc.constantFrom("first-1", "first-2", "first-3", "second-1", "second-2");
  const step = fc.oneof(
    fc.record({ type: fc.constant("arrived" as const), name, port }),
    fc.record({
      type: fc.constant("ended" as const),
      name,
      at: fc.integer({ min: 0, max: 9_000 }),
    }),
  );
  fc.assert(
    fc.property(fc.array(step), fc.uniqueArray(port), (steps, ports) => {
      const zombies = new Zombies();
      for (const one of steps) {
        if (one.type === "arrived") zombies.arrived(one.name, one.port);
        else zombies.declaredEnd(one.name, one.at);
      }
      const { first, second, unknown } = zombies.count(new Set(ports), 10_000);
      expect(first + second + unknown).toBeLessThanOrEqual(ports.length);
      expect(first).toBeLessThanOrEqual(3);
      expect(second).toBeLessThanOrEqual(2);
    }),
  );
});
