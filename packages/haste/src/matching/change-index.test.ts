import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BoundFilter } from "../filter/filter.ts";
import { integers } from "../fixtures/integers.ts";
import type { Row } from "../row.ts";
import type { Table } from "../table.ts";
import { ChangeIndex } from "./change-index.ts";

const table = integers("a", "b");

const value: fc.Arbitrary<string> = fc.nat(9).map(String);
const column = fc.nat(2);
const { filter } = fc.letrec<{ filter: BoundFilter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.record({ op: fc.constantFrom("eq", "ne", "lt", "lte", "gt", "gte"), column, value }),
    fc.record({ op: fc.constant("in"), column, values: fc.array(value, { maxLength: 3 }) }),
    fc.record({ op: fc.constant("isNull"), column }),
    fc.record({ op: fc.constantFrom("and", "or"), of: fc.array(tie("filter"), { maxLength: 3 }) }),
    fc.record({ op: fc.constant("not"), of: tie("filter") }),
  ) as fc.Arbitrary<BoundFilter>,
}));
const row: fc.Arbitrary<Row> = fc.tuple(value, fc.option<string>(value), fc.option<string>(value));

/** SQL's three values: null is unknown. */
function truth(filter: BoundFilter, row: Row): boolean | null {
  switch (filter.op) {
    case "and":
    case "or": {
      const decides = filter.op === "or";
      const parts = new Set(filter.of.map((part) => truth(part, row)));
      if (parts.has(decides)) return decides;
      return parts.has(null) ? null : !decides;
    }
    case "not": {
      const inner = truth(filter.of, row);
      return inner === null ? null : !inner;
    }
    case "isNull":
      return row[filter.column] === null;
    case "in":
      // Nothing is in an empty list, null neither.
      if (filter.values.length === 0) return false;
      break;
    default:
      break;
  }
  const text = row[filter.column];
  if (text === null || text === undefined) return null;
  switch (filter.op) {
    case "eq":
      return text === filter.value;
    case "ne":
      return text !== filter.value;
    case "lt":
      return text < filter.value;
    case "lte":
      return text <= filter.value;
    case "gt":
      return text > filter.value;
    case "gte":
      return text >= filter.value;
    case "in":
      return filter.values.includes(text);
    default:
      throw new Error(`no integer has a ${filter.op}`);
  }
}

function visited(index: ChangeIndex<number>, before?: Row, after?: Row): number[] {
  const items: number[] = [];
  index.visit(before, after, (item) => items.push(item));
  return items;
}

/** The table, and how often one of its values was looked at. */
function counted(): { readonly table: Table; readonly looks: () => number } {
  let looks = 0;
  const look = <Result>(result: Result): Result => {
    looks += 1;
    return result;
  };
  const columns = table.columns.map(({ type, ...column }) => ({
    ...column,
    type: {
      ...type,
      key: (text: string) => look(type.key(text)),
      compare: (a: string, b: string) => look(type.compare(a, b)),
      rank: (text: string) => look(type.rank(text)),
    },
  }));
  return { table: { ...table, columns }, looks: () => looks };
}

const byNumber = (a: number, b: number): number => a - b;

describe("ChangeIndex", () => {
  test("leads to every filter that the old or the new row meets, to each once, and to no other", () => {
    fc.assert(
      fc.property(
        fc.array(filter, { maxLength: 20 }),
        fc.array(fc.tuple(fc.nat(19), fc.option(filter)), { maxLength: 20 }),
        fc.array(fc.tuple(fc.option(row), fc.option(row)), { maxLength: 10 }),
        (filters, changes, rows) => {
          const index = new ChangeIndex<number>(table);
          const known = new Map(filters.entries());
          known.forEach((filter, item) => index.set(item, filter));
          for (const [item, filter] of changes) {
            if (filter === null) index.delete(item);
            else index.set(item, filter);
            if (filter === null) known.delete(item);
            else known.set(item, filter);
          }
          expect(index.size).toBe(known.size);
          for (const [before, after] of rows) {
            const items = visited(index, before ?? undefined, after ?? undefined);
            const met = [...known].filter(([, filter]) =>
              [before, after].some((row) => row !== null && truth(filter, row) === true),
            );
            expect(items.sort(byNumber)).toEqual(met.map(([item]) => item).sort(byNumber));
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test("of many filters looks at those whose equality is met, whatever else they ask", () => {
    const { table, looks } = counted();
    const index = new ChangeIndex<number>(table);
    for (let item = 0; item < 1_000; item += 1) {
      index.set(item, {
        op: "and",
        of: [
          { op: "ne", column: 2, value: "3" },
          { op: "eq", column: 1, value: `${item}` },
        ],
      });
    }
    expect(index.unindexed).toBe(0);
    const before = looks();
    expect(visited(index, undefined, ["1", "7", "5"])).toEqual([7]);
    expect(visited(index, undefined, ["1", "7", "3"])).toEqual([]);
    expect(visited(index, ["1", "8", "5"], ["1", "7", "5"]).sort(byNumber)).toEqual([7, 8]);
    expect(looks() - before).toBeLessThan(30);
  });

  test("of many ranges looks at those that hold the value", () => {
    const { table, looks } = counted();
    const index = new ChangeIndex<number>(table);
    for (let item = 0; item < 1_000; item += 1) {
      index.set(item, {
        op: "and",
        of: [
          { op: "gte", column: 1, value: `${item * 10}` },
          { op: "lt", column: 1, value: `${item * 10 + 10}` },
        ],
      });
    }
    const before = looks();
    expect(visited(index, undefined, ["1", "4321", null])).toEqual([432]);
    expect(visited(index, undefined, ["1", "4320", null])).toEqual([432]);
    index.delete(432);
    expect(visited(index, undefined, ["1", "4321", null])).toEqual([]);
    expect(looks() - before).toBeLessThan(30);
  });

  test("of conditions takes the one with the fewest others on it", () => {
    const { table, looks } = counted();
    const index = new ChangeIndex<number>(table);
    for (let item = 0; item < 100; item += 1) {
      index.set(item, {
        op: "and",
        of: [
          { op: "eq", column: 1, value: "1" },
          { op: "eq", column: 2, value: `${item}` },
        ],
      });
    }
    const before = looks();
    expect(visited(index, undefined, ["1", "1", "50"])).toEqual([50]);
    expect(looks() - before).toBeLessThan(30);
  });

  test("one that throws where it is led to is no less found the next time", () => {
    const index = new ChangeIndex<number>(table);
    index.set(1, { op: "eq", column: 1, value: "1" });
    const row: Row = ["1", "1", null];
    expect(() =>
      index.visit(undefined, row, () => {
        throw new Error("no");
      }),
    ).toThrow("no");
    expect(visited(index, undefined, row)).toEqual([1]);
  });

  test("nothing is left of filters that went", () => {
    const index = new ChangeIndex<number>(table);
    index.set(1, { op: "in", column: 1, values: ["1", "2"] });
    index.set(2, { op: "ne", column: 1, value: "1" });
    index.delete(1);
    index.delete(2);
    expect(visited(index, ["1", "1", "1"], ["1", "2", "1"])).toEqual([]);
    expect([...index.items()]).toEqual([]);
    expect(index.unindexed).toBe(0);
  });
});
