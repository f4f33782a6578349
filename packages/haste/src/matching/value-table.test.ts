import fc from "fast-check";
import { expect, test } from "vitest";
import { ValueTable } from "./value-table.ts";

test("finds whoever asks for a value, through any additions and removals", () => {
  const value = fc.oneof(
    fc.constantFrom(null, "", "\0", "0", "00", "-0", "-1", "1.0", "01", "999999999", "1000000000"),
    fc.nat(40).map(String),
    fc.nat(40).map((number) => `v${number}`),
  );
  const step = fc.record({ adds: fc.boolean(), value, id: fc.nat(5) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const table = new ValueTable();
      const known = new Map<string | null, Set<number>>();
      for (const { adds, value, id } of steps) {
        const ids = known.get(value) ?? new Set();
        known.set(value, ids);
        if (adds) {
          table.add(value, id);
          ids.add(id);
        } else {
          table.delete(value, id);
          ids.delete(id);
        }
      }
      for (const [value, ids] of known) {
        const found: number[] = [];
        table.visit(value, (id) => found.push(id));
        expect(found.sort((a, b) => a - b)).toEqual([...ids].sort((a, b) => a - b));
        expect(table.count(value)).toBe(ids.size);
      }
      expect(table.size).toBe([...known.values()].filter(({ size }) => size > 0).length);
    }),
    { numRuns: 500 },
  );
});
