import fc from "fast-check";
import { expect, test } from "vitest";
import { IntervalTree, type Interval } from "./interval-tree.ts";

interface Owned extends Interval {
  readonly id: number;
}

/** Ends from a few numbers, so that many are shared; some open. */
const end = fc.oneof({ weight: 9, arbitrary: fc.nat(30) }, fc.constantFrom(-Infinity, Infinity));
const owned: fc.Arbitrary<Owned> = fc.record({ low: end, high: end, id: fc.nat(300) });
/** Adds an interval, or takes out one of those that are there: first many are added, then all go. */
const steps = fc.array(fc.record({ interval: owned, dice: fc.nat(999), at: fc.nat(1_000) }), {
  minLength: 0,
  maxLength: 1_500,
  size: "max",
});

function expectTrue(tree: IntervalTree, known: readonly Owned[]): void {
  expect(tree.size).toBe(known.length);
  for (const number of [-Infinity, -1, 0, 0.5, 7, 15, 22.5, 30, 31, Infinity]) {
    const within: number[] = [];
    const atEnd: number[] = [];
    tree.visit(
      number,
      (id) => within.push(id),
      (id) => atEnd.push(id),
    );
    const holding = known.filter(({ low, high }) => low <= number && number <= high);
    const isEnd = ({ low, high }: Owned): boolean => number === low || number === high;
    expect(within.sort(byNumber)).toEqual(
      holding
        .filter((one) => !isEnd(one))
        .map(({ id }) => id)
        .sort(byNumber),
    );
    expect(atEnd.sort(byNumber)).toEqual(
      holding
        .filter(isEnd)
        .map(({ id }) => id)
        .sort(byNumber),
    );
  }
}

const byNumber = (a: number, b: number): number => a - b;

test("leads to the intervals that hold a number, through any additions and removals", () => {
  fc.assert(
    fc.property(steps, (steps) => {
      const tree = new IntervalTree();
      let known: Owned[] = [];
      const take = (at: number): void => {
        const gone = known[at];
        if (gone === undefined) return;
        // Of intervals with one id and one lower end all go: which went first is not to be told.
        for (const one of known) if (isTwin(one, gone)) tree.delete(one, one.id);
        known = known.filter((one) => !isTwin(one, gone));
      };
      for (const [place, { interval, dice, at }] of steps.entries()) {
        const shrinks = place > steps.length / 2;
        if (dice < (shrinks ? 800 : 200)) take(at % known.length);
        else {
          known.push(interval);
          tree.add(interval, interval.id);
        }
        if (place % 100 === 99) expectTrue(tree, known);
      }
      expectTrue(tree, known);
      while (known.length > 0) take(known.length >> 1);
      expectTrue(tree, known);
    }),
    { numRuns: 60 },
  );
});

function isTwin(one: Owned, other: Owned): boolean {
  return one.low === other.low && one.id === other.id;
}

test("what has gone from it leaves nothing to be taken out", () => {
  const tree = new IntervalTree();
  tree.delete({ low: 1, high: 2 }, 1);
  tree.add({ low: 1, high: 2 }, 1);
  tree.delete({ low: 1, high: 2 }, 2);
  tree.delete({ low: 0, high: 2 }, 1);
  expect(tree.size).toBe(1);
  tree.delete({ low: 1, high: 2 }, 1);
  tree.delete({ low: 1, high: 2 }, 1);
  expect(tree.size).toBe(0);
});
