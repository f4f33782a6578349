import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { applyOperations } from "./apply.ts";
import { difference } from "./difference.ts";
import { longestIncreasing } from "./longest-increasing.ts";

interface Item {
  readonly id: number;
  readonly text: string;
}

const identity = {
  key: ({ id }: Item) => `${id}`,
  same: (a: Item, b: Item) => a.text === b.text,
};

const item = (id: number, text = ""): Item => ({ id, text });

/** Two states of a page; rows that did not change are the same objects. */
const states = fc
  .tuple(
    fc.uniqueArray(fc.nat(12), { maxLength: 10 }),
    fc.uniqueArray(fc.nat(12), { maxLength: 10 }),
    fc.func(fc.constantFrom("same", "copy", "other")),
  )
  .map(([olds, news, fate]) => {
    const before = olds.map((id) => item(id));
    const after = news.map((id): Item => {
      const old = before.find((row) => row.id === id);
      if (old === undefined || fate(id) === "other") return item(id, "other");
      return fate(id) === "same" ? old : item(id);
    });
    return { before, after };
  });

describe("difference", () => {
  test("applied to the old state gives the new one", () => {
    fc.assert(
      fc.property(states, ({ before, after }) => {
        expect(applyOperations(before, difference(before, after, identity))).toEqual(after);
      }),
      { numRuns: 2_000 },
    );
  });

  test("says nothing about rows that stayed as they were", () => {
    fc.assert(
      fc.property(states, ({ before, after }) => {
        const operations = difference(before, after, identity);
        const next = applyOperations(before, operations);
        const said = new Set(operations.flatMap((each) => ("row" in each ? [each.row.id] : [])));
        for (const row of before) {
          if (said.has(row.id)) continue;
          const now = next.find(({ id }) => id === row.id);
          if (now !== undefined) expect(now).toBe(row);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test("takes the fewest operations: one for each row that went, came, changed or is out of order", () => {
    fc.assert(
      fc.property(states, ({ before, after }) => {
        const kept = before.filter(({ id }) => after.some((row) => row.id === id));
        const places = after.flatMap(({ id }) => {
          const place = kept.findIndex((row) => row.id === id);
          return place < 0 ? [] : [place];
        });
        const stays = new Set(longestIncreasing(places).map((place) => (kept[place] as Item).id));
        const changed = after.filter(
          (row) =>
            stays.has(row.id) && kept.some((old) => old.id === row.id && old.text !== row.text),
        );
        const fewest =
          before.length -
          kept.length +
          (after.length - kept.length) +
          (kept.length - stays.size) +
          changed.length;
        expect(
          difference(
            before,
            after.map((row) => ({ ...row })),
            identity,
          ).length,
        ).toBe(fewest);
      }),
      { numRuns: 2_000 },
    );
  });

  test("a row that moves from one end to the other is one move", () => {
    const rows = [1, 2, 3, 4].map((id) => item(id));
    const [first, ...others] = rows as [Item, ...Item[]];
    expect(difference(rows, [...others, first], identity)).toEqual([
      { op: "move", from: 0, to: 3, row: first },
    ]);
    expect(difference([...others, first], rows, identity)).toEqual([
      { op: "move", from: 3, to: 0, row: first },
    ]);
  });

  test("a row that moves and changes is one move with what it is now", () => {
    const [one, two, three] = [item(1), item(2), item(3)];
    const changed = item(1, "other");
    expect(difference([one, two, three], [two, three, changed], identity)).toEqual([
      { op: "move", from: 0, to: 2, row: changed },
    ]);
  });

  test("a row at the top that pushes one out is an insertion and a removal", () => {
    const rows = [1, 2, 3].map((id) => item(id));
    expect(difference(rows, [item(0), ...rows.slice(0, 2)], identity)).toEqual([
      { op: "remove", at: 2 },
      { op: "insert", at: 0, row: item(0) },
    ]);
  });
});

test("longestIncreasing is increasing, part of what was given, and as long as any", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(30), { maxLength: 9 }), (numbers) => {
      const found = longestIncreasing(numbers);
      expect(found).toEqual([...found].sort((a, b) => a - b));
      expect(numbers.filter((number) => found.includes(number))).toEqual(found);
      let longest = 0;
      for (let chosen = 0; chosen < 2 ** numbers.length; chosen += 1) {
        const some = numbers.filter((_, index) => (chosen >> index) & 1);
        if (some.every((number, index) => index === 0 || number > (some[index - 1] as number))) {
          longest = Math.max(longest, some.length);
        }
      }
      expect(found.length).toBe(longest);
    }),
  );
});
