// Outcome as a promise like any other, and as one that may be forgotten.
import { once } from "node:events";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { failureOf } from "./fixtures/failure.ts";
import { newTally } from "./fixtures/tally.ts";
import { Outcome, type Tally } from "./outcome.ts";

let tally: Tally;
const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);

beforeEach(() => {
  tally = newTally();
  process.on("unhandledRejection", note);
});
afterEach(() => {
  process.off("unhandledRejection", note);
  expect(unhandled.splice(0)).toEqual([]);
});

/** Node tells of unhandled rejections once the microtasks have run, before the next turn of the loop. */
async function nextTurn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

const outcome = <T>(): Outcome<T> => new Outcome<T>(tally);

describe("as a promise", () => {
  test("await, before and after it is resolved", async () => {
    const early = outcome<number>();
    const awaited = (async () => await early)();
    early.resolve(7);
    expect(await awaited).toBe(7);
    expect(await early).toBe(7);
  });

  test("await, before and after it is rejected", async () => {
    const late = outcome<number>();
    late.reject(new Error("no"));
    expect(await failureOf(late)).toEqual(new Error("no"));
    const early = outcome<number>();
    const awaited = failureOf(early);
    early.reject(new Error("no"));
    expect(await awaited).toEqual(new Error("no"));
    expect(await failureOf(early)).toEqual(new Error("no"));
  });

  test("Promise.all, allSettled, race and any take it as they take promises", async () => {
    const [first, second] = [outcome<number>(), outcome<number>()];
    const all = Promise.all([first, second]);
    const race = Promise.race([first, second]);
    const any = Promise.any([second, first]);
    const settled = Promise.allSettled([first, second]);
    await nextTurn();
    second.reject("lost");
    first.resolve(1);
    await expect(all).rejects.toBe("lost");
    await expect(race).rejects.toBe("lost");
    expect(await any).toBe(1);
    expect(await settled).toEqual([
      { status: "fulfilled", value: 1 },
      { status: "rejected", reason: "lost" },
    ]);
    expect(tally.unobservedFailures).toBe(0);
  });

  test("then, catch and finally chain, and a chain without a catch is unhandled as ever", async () => {
    const failed = outcome<number>();
    failed.reject("no");
    expect(await failed.catch((reason: unknown) => [reason])).toEqual(["no"]);
    expect(
      await failed.then(
        () => "yes",
        () => "caught",
      ),
    ).toBe("caught");
    const told = once(process, "unhandledRejection");
    void failed.finally(() => {});
    expect((await told)[0]).toBe("no");
    await nextTurn();
    expect(unhandled.splice(0)).toEqual(["no"]);
  });

  test("only the first resolve or reject counts", async () => {
    const resolved = outcome<number>();
    resolved.resolve(1);
    resolved.resolve(2);
    resolved.reject("late");
    expect(await resolved).toBe(1);
    const rejected = outcome<number>();
    rejected.reject("first");
    rejected.reject("second");
    rejected.resolve(1);
    expect(await failureOf(rejected)).toBe("first");
    expect(tally.unobservedFailures).toBe(0);
  });

  test("it is called Outcome, and settled says whether it is", () => {
    const it = outcome<void>();
    expect(Object.prototype.toString.call(it)).toBe("[object Outcome]");
    expect(it.settled).toBe(false);
    it.resolve();
    expect(it.settled).toBe(true);
  });
});

describe("forgotten", () => {
  test("a failure that nobody observes is counted, and is no unhandled rejection", async () => {
    outcome<void>().reject(new Error("no"));
    outcome<void>().reject(undefined);
    outcome<void>().resolve();
    await nextTurn();
    expect(tally.unobservedFailures).toBe(2);
  });

  test("a failure that is observed late is taken off again, once", async () => {
    const failed = outcome<void>();
    failed.reject("no");
    expect(tally.unobservedFailures).toBe(1);
    expect(await failureOf(failed)).toBe("no");
    expect(await failureOf(failed)).toBe("no");
    expect(tally.unobservedFailures).toBe(0);
  });

  test("a failure that was awaited when it came is not counted", async () => {
    const failed = outcome<void>();
    const awaited = failureOf(failed);
    await nextTurn();
    failed.reject("no");
    expect(tally.unobservedFailures).toBe(0);
    expect(await awaited).toBe("no");
  });

  test("whatever the order of settling and observing, what is left unobserved is counted", async () => {
    const life = fc.record({
      settles: fc.constantFrom("resolve", "reject"),
      observed: fc.constantFrom("before", "after", "never"),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(life, { maxLength: 20 }), async (lives) => {
        tally.unobservedFailures = 0;
        const observe = (it: Outcome<void>): Promise<void> => it.then(undefined, () => undefined);
        const observed: Promise<void>[] = [];
        for (const { settles, observed: when } of lives) {
          const it = outcome<void>();
          if (when === "before") observed.push(observe(it));
          if (settles === "resolve") it.resolve();
          else it.reject(new Error("no"));
          if (when === "after") observed.push(observe(it));
        }
        await Promise.all(observed);
        const forgotten = lives.filter((l) => l.settles === "reject" && l.observed === "never");
        expect(tally.unobservedFailures).toBe(forgotten.length);
      }),
    );
    await nextTurn();
  });
});

describe("map", () => {
  test("follows a success and a failure", async () => {
    const source = outcome<number>();
    const doubled = source.map((value) => value * 2);
    source.resolve(4);
    expect(await doubled).toBe(8);
    const failing = outcome<number>();
    const mapped = failing.map((value) => value * 2);
    failing.reject("no");
    expect(await failureOf(mapped)).toBe("no");
    expect(tally.unobservedFailures).toBe(0);
  });

  test("a failure that nobody observes is counted once, and is no unhandled rejection", async () => {
    const source = outcome<number>();
    source.map((value) => value);
    source.reject("no");
    await nextTurn();
    expect(tally.unobservedFailures).toBe(1);
  });
});

describe("what it lets go of", () => {
  test("is let go of once, when it is settled, in order", () => {
    const released: string[] = [];
    const it = outcome<void>();
    it.releaseWhenSettled(() => released.push("first"));
    it.releaseWhenSettled(() => released.push("second"));
    expect(released).toEqual([]);
    it.resolve();
    it.reject("late");
    expect(released).toEqual(["first", "second"]);
  });

  test("is let go of at once if it is settled already", () => {
    const released: string[] = [];
    const it = outcome<void>();
    it.reject("no");
    it.releaseWhenSettled(() => released.push("now"));
    expect(released).toEqual(["now"]);
  });
});
