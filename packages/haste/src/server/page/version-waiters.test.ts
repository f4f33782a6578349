import { expect, test } from "vitest";
import { VersionWaiters } from "./version-waiters.ts";

const A_DAY = 24 * 60 * 60 * 1_000;

test("whoever waits at the end, and whoever comes after it, is told at once and keeps no timer", async () => {
  const waiters = new VersionWaiters();
  const before = waiters.wait(5n, A_DAY);
  waiters.end();
  expect(await before).toBeNull();
  expect(await waiters.wait(5n, A_DAY)).toBeNull();
});
