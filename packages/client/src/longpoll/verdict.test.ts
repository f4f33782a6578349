// What is decided when, over random histories of connections: each sentence of the guide as a property.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TransportClosed } from "../transport.ts";
import {
  choose,
  learn,
  mayBeBlocked,
  NOTHING_KNOWN,
  type Choice,
  type Lesson,
  type Rules,
  type Verdict,
} from "./verdict.ts";

const rules = fc.record({
  failures: fc.integer({ min: 1, max: 4 }),
  expiry: fc.integer({ min: 1, max: 100 }),
});
/** Time passes, and a connection by whatever transport teaches something. */
const steps = fc.array(
  fc.record({
    passes: fc.integer({ min: 0, max: 60 }),
    by: fc.constantFrom<Choice>("webSocket", "longPoll"),
    worked: fc.boolean(),
  }),
  { maxLength: 40 },
);

interface Moment extends Lesson {
  readonly now: number;
  readonly before: Verdict;
  readonly after: Verdict;
}

function history(rules: Rules, all: readonly (Lesson & { passes: number })[]): Moment[] {
  let [verdict, now] = [NOTHING_KNOWN, 1_000];
  return all.map(({ passes, by, worked }) => {
    now += passes;
    const before = verdict;
    verdict = learn(before, { by, worked }, rules, now);
    return { now, by, worked, before, after: verdict };
  });
}

function always(holds: (moment: Moment, rules: Rules, past: readonly Moment[]) => void): void {
  fc.assert(
    fc.property(rules, steps, (rules, all) => {
      const moments = history(rules, all);
      moments.forEach((moment, index) => holds(moment, rules, moments.slice(0, index + 1)));
    }),
  );
}

describe("whatever happens", () => {
  test("a WebSocket that works is never second after it", () => {
    always(({ by, worked, after, now }, rules) => {
      if (by === "webSocket" && worked) expect(choose(after, rules, now)).toBe("webSocket");
    });
  });

  test("long polling goes first only after `failures` WebSockets that did not work since one did", () => {
    always(({ after, now }, rules, past) => {
      if (choose(after, rules, now) !== "longPoll") return;
      const worked = past.findLastIndex((one) => one.by === "webSocket" && one.worked);
      const failed = past.slice(worked + 1).filter((one) => one.by === "webSocket");
      expect(failed.length).toBeGreaterThanOrEqual(rules.failures);
    });
  });

  test("it is remembered only when it has worked", () => {
    always(({ by, worked, before, after }) => {
      if (after.until > before.until) expect([by, worked]).toEqual(["longPoll", true]);
    });
  });

  test("what is remembered is over after `expiry`, however often long polling has worked meanwhile", () => {
    always(({ now, before, after }, { expiry }) => {
      expect(after.until).toBeLessThanOrEqual(now + expiry);
      if (now < before.until) expect(after.until).toBeLessThanOrEqual(before.until);
    });
  });

  test("strikes are bounded", () => {
    always(({ after }, { failures }) => expect(after.strikes).toBeLessThanOrEqual(failures));
  });

  test("long polling that does not work gives WebSockets their turn", () => {
    always(({ by, worked, after, now }, rules) => {
      if (by === "longPoll" && !worked) expect(choose(after, rules, now)).toBe("webSocket");
    });
  });
});

test("the story of a network that stops WebSockets, and lets them through one day", () => {
  const rules = { failures: 2, expiry: 100 };
  let verdict = NOTHING_KNOWN;
  const first = (now: number): Choice => choose(verdict, rules, now);
  const taught = (by: Choice, worked: boolean, now: number): void => {
    verdict = learn(verdict, { by, worked }, rules, now);
  };
  expect(first(0)).toBe("webSocket");
  taught("webSocket", false, 0);
  // Long polling came second and works; one failure is not enough to be remembered.
  taught("longPoll", true, 1);
  expect(first(2)).toBe("webSocket");
  taught("webSocket", false, 2);
  expect(first(3)).toBe("longPoll");
  taught("longPoll", true, 3);
  expect([first(4), first(102), first(103)]).toEqual(["longPoll", "longPoll", "webSocket"]);
  taught("webSocket", true, 103);
  expect(verdict).toEqual(NOTHING_KNOWN);
});

test.each<[string, Partial<TransportClosed>, boolean]>([
  ["a browser, which says nothing", {}, true],
  ["400, as of a proxy that strips Upgrade", { rejected: { status: 400 } }, true],
  ["403", { rejected: { status: 403 } }, true],
  ["a refusal without a status", { rejected: {} }, true],
  ["502, as of a server being restarted", { rejected: { status: 502 } }, false],
  ["503", { rejected: { status: 503 } }, false],
  ["429", { rejected: { status: 429 } }, false],
  ["a reset", { error: { cause: Object.assign(new Error("x"), { code: "ECONNRESET" }) } }, true],
  [
    "nobody listens",
    { error: { cause: Object.assign(new Error("x"), { code: "ECONNREFUSED" }) } },
    false,
  ],
  [
    "no such name",
    { error: { cause: Object.assign(new Error("x"), { code: "ENOTFOUND" }) } },
    false,
  ],
  ["a cause that is nothing", { error: { cause: null } }, true],
])("what a failed dial says: %s", (_, end, blocked) => {
  expect(mayBeBlocked({ code: null, reason: "", clean: false, ...end })).toBe(blocked);
});
