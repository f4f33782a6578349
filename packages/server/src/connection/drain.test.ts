import { expect, onTestFinished, test, vi } from "vitest";
import { drainAll } from "./drain.ts";

function drainables(count: number) {
  const told: number[] = [];
  const all = Array.from({ length: count }, (_, index) => ({ drain: () => void told.push(index) }));
  return { told, all };
}

const never = new Promise<void>(() => {});

test("without a time, all are told at once", async () => {
  const { told, all } = drainables(3);
  await drainAll(all, 0, never);
  expect(told).toEqual([0, 1, 2]);
});

test("each is told at its own random moment within the time", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const moments = [0.5, 0.1, 0.9];
  vi.spyOn(Math, "random").mockImplementation(() => moments.shift() ?? 0);
  const { told, all } = drainables(3);
  const done = drainAll(all, 1_000, never);
  await vi.advanceTimersByTimeAsync(499);
  expect(told).toEqual([1]);
  await vi.advanceTimersByTimeAsync(2);
  expect(told).toEqual([1, 0]);
  await vi.advanceTimersByTimeAsync(399);
  await done;
  expect(told).toEqual([1, 0, 2]);
});

test("once all have gone by themselves, nobody is told and no timer is left", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { told, all } = drainables(3);
  await drainAll(all, 1_000, Promise.resolve());
  expect(vi.getTimerCount()).toBe(0);
  expect(told).toEqual([]);
});
