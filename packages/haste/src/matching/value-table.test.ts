import fc from "fast-check";
import { expect, test } from "vitest";
import { ValueTable } from "./value-table.ts";

test("finds whoever asks for a value, through any additions and removals", () => {
  const value = fc.constantFrom(
    ...Array.from({ length: 40 }, (_, number) => `v${number}`),
    "",
    "\0",
  );
  const step = fc.record({ adds: fc.boolean(), value, id: fc.nat(5) });
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 200 }),
      fc.double({ min: 0, max: 0.99, noNaN: true }),
      (steps, seed) => {
        const table = new ValueTable(seed);
        const known = new Map<string, number[]>();
        for (const { adds, value, id } of steps) {
          const ids = known.get(value) ?? [];
          known.set(value, ids);
          const at = ids.indexOf(id);
          if (adds) {
            table.add(value, id);
            ids.push(id);
          } else {
            table.delete(value, id);
            if (at >= 0) ids.splice(at, 1);
          }
        }
        let size = 0;
        for (const [value, ids] of known) {
          const found: number[] = [];
          table.visit(value, (id) => found.push(id));
          expect(found.sort((a, b) => a - b)).toEqual(ids.sort((a, b) => a - b));
          size += ids.length;
        }
        expect(table.size).toBe(size);
      },
    ),
    { numRuns: 500 },
  );
});

test("takes 100,000 values that come and go in the room of those that are there at once", () => {
  const table = new ValueTable();
  for (let number = 0; number < 100_000; number += 1) {
    table.add(`${number}`, number);
    if (number >= 100) table.delete(`${number - 100}`, number - 100);
  }
  const found: number[] = [];
  table.visit("99950", (id) => found.push(id));
  expect(found).toContain(99_950);
  expect(table.size).toBe(100);
});
