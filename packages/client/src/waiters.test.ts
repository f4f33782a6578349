// Waiters: each is told once, and one who gives up does so for himself.
import { expect, test } from "vitest";
import { failureOf } from "./fixtures/failure.ts";
import { newTally } from "./fixtures/tally.ts";
import { Waiters } from "./waiters.ts";

const tally = newTally();

test("all are told, whether it comes or not", async () => {
  const waiters = new Waiters<number>(tally);
  const [first, second] = [waiters.add(undefined, () => 0), waiters.add(undefined, () => 0)];
  expect(waiters.size).toBe(2);
  waiters.settle({ type: "done", value: 7 });
  expect([await first, await second, waiters.size]).toEqual([7, 7, 0]);
  const third = waiters.add(undefined, () => 0);
  waiters.settle({ type: "failed", error: "no" });
  expect(await failureOf(third)).toBe("no");
});

test("one who gives up is told what became of it; the others wait on", async () => {
  const waiters = new Waiters<number>(tally);
  const controller = new AbortController();
  const left: number[] = [];
  const gaveUp = (reason: unknown): unknown => {
    left.push(waiters.size);
    return `gave up: ${String(reason)}`;
  };
  const first = waiters.add(controller.signal, gaveUp);
  const second = waiters.add(undefined, gaveUp);
  controller.abort("tired");
  expect(await failureOf(first)).toBe("gave up: tired");
  waiters.settle({ type: "done", value: 7 });
  expect(await second).toBe(7);
  expect(left).toEqual([1]);
});

test("a signal that was aborted before counts at once", async () => {
  const waiters = new Waiters<number>(tally);
  const waiting = waiters.add(AbortSignal.abort("before"), (reason) => reason);
  expect(waiters.size).toBe(0);
  expect(await failureOf(waiting)).toBe("before");
});

test("a signal is let go of when the wait is over, and its abort changes nothing then", async () => {
  const waiters = new Waiters<number>(tally);
  const controller = new AbortController();
  const removed: string[] = [];
  const { signal } = controller;
  const remove = signal.removeEventListener.bind(signal);
  signal.removeEventListener = (type: string, listener: () => void) => {
    removed.push(type);
    remove(type, listener);
  };
  const waiting = waiters.add(signal, (reason) => reason);
  waiters.settle({ type: "done", value: 7 });
  expect(removed).toEqual(["abort"]);
  controller.abort("late");
  expect(await waiting).toBe(7);
});
