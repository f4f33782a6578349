// Listeners: order, adding and removing during a call, and handlers that fail.
import { describe, expect, test } from "vitest";
import { Listeners, type Reporter } from "./listeners.ts";

function listeners(): { it: Listeners<[value: string]>; reports: [unknown, string][] } {
  const reports: [unknown, string][] = [];
  const reporter: Reporter = { report: (error, what) => reports.push([error, what]) };
  return { it: new Listeners("a handler of news", reporter), reports };
}

describe("calling", () => {
  test("handlers are called in the order in which they were added, the same one twice", () => {
    const { it } = listeners();
    const calls: string[] = [];
    const twice = (value: string): void => void calls.push(`twice ${value}`);
    it.add(twice);
    it.add((value) => calls.push(`once ${value}`));
    const remove = it.add(twice);
    it.call("a");
    remove();
    remove();
    it.call("b");
    expect(calls).toEqual(["twice a", "once a", "twice a", "twice b", "once b"]);
  });

  test("removing one of two equal handlers removes that one, not the first", () => {
    const { it } = listeners();
    const calls: string[] = [];
    const equal = (): void => void calls.push("equal");
    const removeFirst = it.add(equal);
    it.add(() => calls.push("between"));
    it.add(equal);
    removeFirst();
    it.call("a");
    expect(calls).toEqual(["between", "equal"]);
  });

  test("a handler that is added during a call is called from the next one on", () => {
    const { it } = listeners();
    const calls: string[] = [];
    it.add((value) => {
      calls.push(`outer ${value}`);
      if (value === "a") it.add((later) => calls.push(`inner ${later}`));
    });
    it.call("a");
    it.call("b");
    expect(calls).toEqual(["outer a", "outer b", "inner b"]);
  });

  test("a handler that is removed during a call is not called any more", () => {
    const { it } = listeners();
    const calls: string[] = [];
    it.add(() => removeSecond());
    const removeSecond = it.add(() => calls.push("second"));
    it.add(() => calls.push("third"));
    it.call("a");
    expect(calls).toEqual(["third"]);
  });

  test("a handler may remove itself", () => {
    const { it } = listeners();
    const calls: string[] = [];
    const remove = it.add((value) => {
      calls.push(value);
      remove();
    });
    it.call("a");
    it.call("b");
    expect(calls).toEqual(["a"]);
  });
});

describe("handlers that fail", () => {
  test("one that throws is reported, and the others are called", () => {
    const { it, reports } = listeners();
    const calls: string[] = [];
    it.add(() => {
      throw new Error("broken");
    });
    it.add((value) => calls.push(value));
    it.call("a");
    expect(calls).toEqual(["a"]);
    expect(reports).toEqual([[new Error("broken"), "a handler of news"]]);
  });

  test("what is thrown may be anything", () => {
    const { it, reports } = listeners();
    it.add(() => {
      // oxlint-disable-next-line typescript/only-throw-error -- users do
      throw undefined;
    });
    it.call("a");
    expect(reports).toEqual([[undefined, "a handler of news"]]);
  });

  test("one whose promise rejects is reported, and the others do not wait for it", async () => {
    const { it, reports } = listeners();
    const calls: string[] = [];
    const failed = Promise.reject(new Error("broken later"));
    it.add(() => failed);
    it.add((value) => calls.push(value));
    it.call("a");
    expect(calls).toEqual(["a"]);
    await failed.catch(() => {});
    expect(reports).toEqual([[new Error("broken later"), "a handler of news"]]);
  });
});

test("a stop in the middle of a call keeps the rest from being called, this time", () => {
  const gate = { stopped: false };
  const it = new Listeners<[]>("a handler", { report: () => {} }, gate);
  const calls: string[] = [];
  it.add(() => {
    calls.push("first");
    gate.stopped = true;
  });
  it.add(() => calls.push("second"));
  it.call();
  gate.stopped = false;
  it.call();
  expect(calls).toEqual(["first", "first"]);
});
