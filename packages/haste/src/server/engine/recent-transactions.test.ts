import { expect, test } from "vitest";
import { RecentTransactions } from "./recent-transactions.ts";

const A_DAY = 24 * 60 * 60 * 1_000;

test("whoever waits for a transaction at the end, and whoever comes after it, is told at once and keeps no timer", async () => {
  const recent = new RecentTransactions(10);
  const before = recent.wait(7n, A_DAY);
  recent.end();
  expect(await before).toBeNull();
  expect(await recent.wait(7n, A_DAY)).toBeNull();
});
