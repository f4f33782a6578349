import fc from "fast-check";
import { expect, test } from "vitest";
import type { Row } from "../row.ts";
import { Window, type WindowSize } from "./window.ts";

/** By the second column, then by the key. */
const compare = (a: Row, b: Row): number =>
  Number(a[1]) - Number(b[1]) || Number(a[0]) - Number(b[0]);

/** What the two queries of SPEC.md return. */
function queries(table: ReadonlyMap<string, Row>, anchor: number, size: WindowSize) {
  const all = [...table.values()].sort(compare);
  const before = all.filter((row) => Number(row[1]) < anchor).reverse();
  const after = all.filter((row) => Number(row[1]) >= anchor);
  return {
    read: (reads: WindowSize) =>
      [before.slice(0, reads.before), after.slice(0, reads.after)] as const,
    visible: [...before.slice(0, size.before).reverse(), ...after.slice(0, size.after)],
    hasMore: { before: before.length > size.before, after: after.length > size.after },
  };
}

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ id: fc.nat(30), value: fc.option(fc.nat(20)) }) },
  { weight: 1, arbitrary: fc.record({ before: fc.nat(5), after: fc.nat(6) }) },
);

test("shows what the queries would, after any changes, and says when it has to read", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(30), fc.nat(20)), { maxLength: 30 }),
      fc.nat(20),
      fc.record({ before: fc.nat(4), after: fc.nat(6) }),
      fc.integer({ min: 1, max: 4 }),
      fc.array(step, { maxLength: 60 }),
      (rows, anchor, opened, slack, steps) => {
        const table = new Map<string, Row>(
          rows.map(([id, value]) => [`${id}`, [`${id}`, `${value}`]]),
        );
        let size: WindowSize = opened;
        const isBefore = (row: Row): boolean => Number(row[1]) < anchor;
        const window = new Window({ compare, isBefore, ...size, slack });
        const read = (): void => window.load(...queries(table, anchor, size).read(window.reads));
        read();
        for (const step of steps) {
          if ("id" in step) {
            const old = table.get(`${step.id}`);
            if (old !== undefined) window.remove(old);
            table.delete(`${step.id}`);
            if (step.value !== null) {
              const row = [`${step.id}`, `${step.value}`];
              table.set(`${step.id}`, row);
              window.insert(row);
            }
          } else {
            size = step;
            window.resize(size);
          }
          if (window.isShort) read();
          const expected = queries(table, anchor, size);
          expect(window.visible()).toEqual(expected.visible);
          expect(window.hasMore).toEqual(expected.hasMore);
        }
      },
    ),
    { numRuns: 500 },
  );
});

test("is not short while its slack lasts, and is when that is used up", () => {
  const rows = Array.from({ length: 10 }, (_, id): Row => [`${id}`, `${id}`]);
  const window = new Window({ compare, isBefore: () => false, before: 0, after: 3, slack: 2 });
  window.load([], rows.slice(0, window.reads.after));
  expect(window.visible()).toEqual(rows.slice(0, 3));

  window.remove(rows[0] as Row);
  expect(window.isShort).toBe(false);
  expect(window.visible()).toEqual(rows.slice(1, 4));

  window.remove(rows[1] as Row);
  expect(window.isShort).toBe(true);
});

test("keeps no more than its size and twice the slack, however many rows come in", () => {
  const window = new Window({ compare, isBefore: () => false, before: 0, after: 3, slack: 2 });
  window.load([], []);
  for (let id = 1_000; id > 0; id -= 1) window.insert([`${id}`, `${id}`]);
  window.resize({ before: 0, after: 1_000 });
  expect(window.visible().length).toBeLessThanOrEqual(7);
  expect(window.isShort).toBe(true);
});

test("a row that comes again takes the place of the one that was there", () => {
  const window = new Window({ compare, isBefore: () => false, before: 0, after: 3, slack: 2 });
  window.load([], [["1", "1", "old"]]);
  window.insert(["1", "1", "new"]);
  expect(window.visible()).toEqual([["1", "1", "new"]]);
});
