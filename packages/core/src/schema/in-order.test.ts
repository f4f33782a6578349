// InOrder: whatever is added, in whatever order the values come, they are handed over as they were added.
import fc from "fast-check";
import { expect, test } from "vitest";
import { InOrder } from "./in-order.ts";

/** A promise and the function that fulfils it. */
function later<T>(): { promise: Promise<T>; come: (value: T) => void } {
  let come: (value: T) => void = () => {};
  const promise = new Promise<T>((resolve) => {
    come = resolve;
  });
  return { promise, come };
}

test("what is there is taken at once", () => {
  const order = new InOrder(1);
  const taken: number[] = [];
  for (const value of [1, 2, 3]) expect(order.add(value, (n) => taken.push(n))).toBe(true);
  expect(taken).toEqual([1, 2, 3]);
  expect(order.size).toBe(0);
});

test("values are handed over in the order in which they were added, each once", async () => {
  const kinds = fc.array(fc.boolean(), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(kinds, fc.infiniteStream(fc.nat()), async (kinds, picks) => {
      const order = new InOrder(100);
      const taken: number[] = [];
      const coming: (() => void)[] = [];
      for (const [index, slow] of kinds.entries()) {
        const { promise, come } = later<number>();
        if (slow) coming.push(() => come(index));
        order.add(slow ? promise : index, (n) => taken.push(n));
      }
      while (coming.length > 0) {
        const [come] = coming.splice((picks.next().value as number) % coming.length, 1);
        come?.();
        await Promise.resolve();
        expect(taken).toEqual(kinds.slice(0, taken.length).map((_, index) => index));
      }
      await Promise.resolve();
      expect(taken).toHaveLength(kinds.length);
      expect(order.size).toBe(0);
    }),
  );
});

test("at most `limit` wait; what must not be lost is taken in all the same", async () => {
  const order = new InOrder(2);
  const taken: string[] = [];
  const first = later<string>();
  const take = (value: string): void => void taken.push(value);
  expect(order.add(first.promise, take)).toBe(true);
  expect(order.add("second", take)).toBe(true);
  expect(order.add("lost", take)).toBe(false);
  order.addAlways("kept", take);
  expect(order.size).toBe(3);
  first.come("first");
  await Promise.resolve();
  expect(taken).toEqual(["first", "second", "kept"]);
  expect(order.add("third", take)).toBe(true);
  expect(taken).toHaveLength(4);
});

test("what was given up is not taken when it comes, nor in place of what was added since", async () => {
  const order = new InOrder(5);
  const taken: string[] = [];
  const [old, fresh] = [later<string>(), later<string>()];
  order.add(old.promise, (value) => taken.push(value));
  order.add("behind it", (value) => taken.push(value));
  order.clear();
  order.add(fresh.promise, (value) => taken.push(value));
  old.come("old");
  await Promise.resolve();
  expect(taken).toEqual([]);
  fresh.come("fresh");
  await Promise.resolve();
  expect(taken).toEqual(["fresh"]);
});

test("what is added while values are taken waits for its turn", async () => {
  const order = new InOrder(5);
  const taken: string[] = [];
  const first = later<string>();
  order.add(first.promise, (value) => {
    taken.push(value);
    order.add("added meanwhile", (value) => taken.push(value));
  });
  order.add("second", (value) => taken.push(value));
  first.come("first");
  await Promise.resolve();
  expect(taken).toEqual(["first", "second", "added meanwhile"]);
});
