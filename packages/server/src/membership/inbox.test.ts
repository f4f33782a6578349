import { expect, test } from "vitest";
import { Inbox } from "./inbox.ts";

test("first in, first out, up to the limit", () => {
  const inbox = new Inbox<number>(2);
  expect([inbox.offer(1, 10), inbox.offer(2, 20), inbox.offer(3, 30)]).toEqual([true, true, false]);
  expect(inbox.take()).toEqual({ item: 1, weight: 10 });
  expect(inbox.offer(4, 40)).toBe(true);
  expect([inbox.take(), inbox.take(), inbox.take()].map((waiting) => waiting?.item)).toEqual([
    2,
    4,
    undefined,
  ]);
});

test("the order holds over many items taken while more come", () => {
  const inbox = new Inbox<number>(5_001);
  const taken: (number | undefined)[] = [];
  for (let n = 0; n < 10_000; n++) {
    inbox.offer(n, 1);
    if (n % 2 === 1) taken.push(inbox.take()?.item);
  }
  expect(inbox.size).toBe(5_000);
  taken.push(...inbox.empty().map(({ item }) => item));
  expect(taken).toEqual(Array.from({ length: 10_000 }, (_, n) => n));
  expect(inbox.size).toBe(0);
});
