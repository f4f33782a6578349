// A SmallMap does what a Map does.
import fc from "fast-check";
import { expect, test } from "vitest";
import { SmallMap } from "./small-map.ts";

const keys = fc.constantFrom("", "a", "b", "__proto__");
const steps = fc.array(
  fc.oneof(
    fc.record({ type: fc.constant("set" as const), key: keys, value: fc.nat() }),
    fc.record({ type: fc.constant("delete" as const), key: keys }),
  ),
);

test("holds what a Map would hold, in its order", () => {
  fc.assert(
    fc.property(steps, (all) => {
      const small = new SmallMap<number>();
      const map = new Map<string, number>();
      for (const step of all) {
        for (const one of [small, map]) {
          if (step.type === "set") one.set(step.key, step.value);
          else one.delete(step.key);
        }
        expect([...small.values()]).toEqual([...map.values()]);
        expect(small.size).toBe(map.size);
        for (const key of ["", "a", "b", "__proto__"]) expect(small.get(key)).toBe(map.get(key));
      }
    }),
  );
});

test("keeps a value that is undefined", () => {
  const small = new SmallMap<undefined>();
  small.set("a", undefined);
  expect([small.size, [...small.values()]]).toEqual([1, [undefined]]);
});
