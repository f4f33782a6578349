import { expect, test } from "vitest";
import type { Transaction } from "../../source/source.ts";
import { Retention } from "./retention.ts";

function transaction(number: number, table = "public.a"): Transaction {
  return {
    epoch: "1",
    position: BigInt(number * 10),
    previous: BigInt(number * 10 - 10),
    xid: BigInt(number),
    committedAt: 0,
    changes: [{ kind: "delete", table, before: [`${number}`] }],
  };
}

/** A snapshot that sees these transactions. */
function snapshot(position: number, ...seen: readonly number[]) {
  return {
    position: BigInt(position),
    sees: ({ xid }: { readonly xid: bigint }) => seen.includes(Number(xid)),
  };
}

function retention(count: number, limits = { maxChanges: 10, maxStubs: 10 }): Retention {
  const result = new Retention(limits);
  for (let number = 1; number <= count; number += 1) result.add(transaction(number));
  return result;
}

const numbers = (transactions: readonly Transaction[] | null) =>
  transactions?.map(({ xid }) => Number(xid)) ?? null;

test("gives what a snapshot does not see up to its position, and what comes after that", () => {
  const retained = retention(4);
  expect(numbers(retained.unseenBy(snapshot(30, 2)))).toEqual([1, 3]);
  expect(numbers(retained.after(30n))).toEqual([4]);
});

test("falls short when there was no room for what is needed", () => {
  const retained = retention(4, { maxChanges: 2, maxStubs: 10 });
  expect(retained.unseenBy(snapshot(40, 1))).toBe(null);
  expect(numbers(retained.unseenBy(snapshot(40, 1, 2)))).toEqual([3, 4]);
  // Nor is it known what comes after a position before which there is no room.
  expect(retained.after(10n)).toBe(null);
  expect(numbers(retained.after(20n))).toEqual([3, 4]);
});

test("trusts no snapshot once it does not even know what it has lost", () => {
  const retained = retention(4, { maxChanges: 1, maxStubs: 2 });
  expect(retained.unseenBy(snapshot(40, 1, 2, 3, 4))).toBe(null);
  expect(retained.after(40n)).toBe(null);
});

test("forgets what a snapshot has seen, and nothing else", () => {
  const retained = retention(6, { maxChanges: 3, maxStubs: 10 });
  retained.confirm(snapshot(60, 1, 2, 3, 5));
  expect(retained.changes).toBe(2);
  expect(retained.stubs).toBe(0);
  expect(numbers(retained.unseenBy(snapshot(60, 5)))).toEqual([4, 6]);
});

test("a copy has what concerns its tables, and grows by itself", () => {
  const retained = retention(2);
  retained.add(transaction(3, "public.b"));
  const copy = retained.of(new Set(["public.b"]), { maxChanges: 1, maxStubs: 1 });
  copy.add(transaction(4, "public.b"));
  expect(copy.unseenBy(snapshot(40))).toBe(null);
  expect(numbers(copy.unseenBy(snapshot(40, 3)))).toEqual([4]);
  expect(numbers(retained.unseenBy(snapshot(40)))).toEqual([1, 2, 3]);
});
