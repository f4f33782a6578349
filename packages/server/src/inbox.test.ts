import { expect, test } from "vitest";
import { Inbox } from "./inbox.ts";

test("first in, first out, up to the limit", () => {
  const inbox = new Inbox<number>(2);
  expect([inbox.offer(1), inbox.offer(2), inbox.offer(3)]).toEqual([true, true, false]);
  expect([inbox.take(), inbox.offer(4), inbox.take(), inbox.take(), inbox.take()]).toEqual([
    1,
    true,
    2,
    4,
    undefined,
  ]);
});

test("the order holds over many items taken while more come", () => {
  const inbox = new Inbox<number>(5_001);
  const taken: (number | undefined)[] = [];
  for (let n = 0; n < 10_000; n++) {
    inbox.offer(n);
    if (n % 2 === 1) taken.push(inbox.take());
  }
  expect(inbox.size).toBe(5_000);
  taken.push(...inbox.empty());
  expect(taken).toEqual(Array.from({ length: 10_000 }, (_, n) => n));
  expect(inbox.size).toBe(0);
});
