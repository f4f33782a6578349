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

test("a copy has what concerned its tables, and grows by itself", () => {
  const retained = retention(2);
  retained.add(transaction(3, "public.b"));
  const copy = retained.of(new Set(["public.b"]), { maxChanges: 1, maxStubs: 1 });
  copy.add(transaction(4, "public.b"));
  retained.add(transaction(5, "public.b"));
  expect(numbers(copy.unseenBy(snapshot(50)))).toEqual([3, 4]);
  expect(numbers(copy.after(30n))).toEqual([4]);
  copy.add(transaction(6, "public.b"));
  expect(copy.unseenBy(snapshot(60))).toBe(null);
  expect(numbers(copy.unseenBy(snapshot(60, 4)))).toEqual([3, 6]);
  expect(numbers(retained.unseenBy(snapshot(60)))).toEqual([1, 2, 3, 5]);
});

test("a copy keeps what it began with, whatever becomes of the original", () => {
  const retained = retention(6, { maxChanges: 3, maxStubs: 10 });
  const copy = retained.of(new Set(["public.a"]), { maxChanges: 10, maxStubs: 10 });
  retained.add(transaction(7));
  retained.confirm(snapshot(70, 1, 2, 3, 4, 5, 6, 7));
  retained.add(transaction(8));
  // What there was no room for is not known by the copy either.
  expect(copy.unseenBy(snapshot(80))).toBe(null);
  expect(numbers(copy.unseenBy(snapshot(80, 1, 2, 3, 5)))).toEqual([4, 6]);
  retained.clear();
  expect(numbers(copy.after(30n))).toEqual([4, 5, 6]);
});

test("a copy costs nothing, and is looked through for what its snapshot lacks", () => {
  const retained = retention(5_000, { maxChanges: 5_000, maxStubs: 0 });
  let looks = 0;
  class Tables extends Set<string> {
    override has(table: string): boolean {
      looks += 1;
      return super.has(table);
    }
  }
  const copy = retained.of(new Tables(["public.a"]), { maxChanges: 10, maxStubs: 10 });
  expect(looks).toBe(0);
  expect(numbers(copy.after(49_980n))).toEqual([4_999, 5_000]);
  expect(looks).toBe(2);
});

test("narrowed to a snapshot, keeps what that has to be brought up with, and nothing else", () => {
  const retained = retention(3);
  const copy = retained.of(new Set(["public.a"]), { maxChanges: 3, maxStubs: 0 });
  copy.add(transaction(4));
  const seen = snapshot(1_000, ...Array.from({ length: 99 }, (_, at) => at + 2));
  expect(copy.narrow(seen)).toBe(true);
  expect(copy.changes).toBe(1);
  // However long the stream takes to come to where the snapshot was taken.
  for (let number = 5; number <= 100; number += 1) copy.add(transaction(number));
  expect(copy.changes).toBe(1);
  copy.add(transaction(101));
  expect(numbers(copy.unseenBy(seen))).toEqual([1]);
  expect(numbers(copy.after(1_000n))).toEqual([101]);
});

test("narrowed, knows still that it has lost what is needed", () => {
  const retained = retention(4, { maxChanges: 2, maxStubs: 10 });
  expect(retained.narrow(snapshot(30, 2))).toBe(false);
  expect(retained.unseenBy(snapshot(30, 2))).toBe(null);
});
