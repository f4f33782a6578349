// Retry options as policies: what each form gives, and that a user's function cannot stop them.
import { seededRandom, type ChannelEndReason, type EndReason, type Retry } from "@slipstream/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RetryOption } from "./options.ts";
import { reconnectPolicy, rejoinPolicy } from "./policies.ts";

const reports: [unknown, string][] = [];
const reporter = {
  report: (error: unknown, what: string): void => void reports.push([error, what]),
};

const LOST: EndReason = { type: "connectionLost", cause: null };
const CRASHED: ChannelEndReason = { type: "crashed" };
const refused = (status: number): EndReason => ({ type: "upgradeRejected", status });

function retry<Cause>(cause: Cause, attempt = 0): Retry<Cause> {
  return { attempt, cause, again: true, random: seededRandom(1) };
}

const reconnect = (
  option: RetryOption<EndReason> | undefined,
  { jitter = 0, renewable = false } = {},
): ReturnType<typeof reconnectPolicy> => reconnectPolicy(option, jitter, renewable, reporter);

const rejoin = (option: RetryOption<ChannelEndReason> | undefined) =>
  rejoinPolicy(option, 0, reporter);

describe("reconnect", () => {
  test("by default: at random within 1 s, then in the upper half of a doubling cap of 30 s", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 100 }), (seed, attempt) => {
        const delay = reconnect(undefined)({ ...retry(LOST, attempt), random: seededRandom(seed) });
        const cap = Math.min(30_000, 1_000 * 2 ** attempt);
        expect(delay).toBeGreaterThanOrEqual(attempt === 0 ? 0 : cap / 2);
        expect(delay).toBeLessThan(cap);
      }),
    );
  });

  test("a table's last entry repeats; jitter takes off at most its part", () => {
    const table = [10, 200];
    expect([0, 1, 2, 99].map((attempt) => reconnect(table)(retry(LOST, attempt)))).toEqual([
      10, 200, 200, 200,
    ]);
    const half = reconnect(table, { jitter: 0.5 });
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const delay = half({ ...retry(LOST, 1), random: seededRandom(seed) });
        expect(delay).toBeGreaterThan(100);
        expect(delay).toBeLessThanOrEqual(200);
      }),
    );
  });

  test("false gives up", () => {
    expect(reconnect(false)(retry(LOST))).toBe(false);
  });

  test("a function gets the attempt and the cause, and decides alone", () => {
    const seen: unknown[] = [];
    const policy = reconnect((attempt, cause) => {
      seen.push(attempt, cause);
      return attempt < 2 && 7;
    });
    expect([0, 1, 2].map((attempt) => policy(retry(refused(403), attempt)))).toEqual([7, 7, false]);
    expect(seen.slice(0, 2)).toEqual([0, refused(403)]);
  });

  test("refused credentials are tried again only where they can differ", () => {
    for (const option of [undefined, [5]]) {
      for (const status of [401, 403]) {
        expect(reconnect(option)(retry(refused(status)))).toBe(false);
        expect(reconnect(option, { renewable: true })(retry(refused(status)))).not.toBe(false);
      }
      for (const status of [404, 500, 503]) {
        expect(reconnect(option)(retry(refused(status)))).not.toBe(false);
      }
    }
  });
});

describe("rejoin", () => {
  test("by default: what crashed, closed or was lost, and not what was refused", () => {
    const policy = rejoin(undefined);
    for (const type of ["crashed", "closed", "timeout"] as const) {
      expect(policy(retry({ type }))).not.toBe(false);
      expect(policy({ ...retry<ChannelEndReason>({ type }), again: false })).toBe(false);
    }
    expect(policy(retry({ type: "refused", status: "error", response: {} }))).toBe(false);
  });

  test("a function may retry even what was refused", () => {
    const policy = rejoin((_, cause) => cause.type === "refused" && 3);
    expect(policy(retry({ type: "refused", status: "error", response: {} }))).toBe(3);
    expect(policy(retry(CRASHED))).toBe(false);
  });
});

describe("functions that fail", () => {
  test("one that throws is reported, and the default decides", () => {
    const policy = rejoin(() => {
      throw new Error("broken");
    });
    expect(policy(retry(CRASHED))).toBeTypeOf("number");
    expect(reports.splice(0)).toEqual([[new Error("broken"), "the function rejoin"]]);
  });

  test("one that returns nonsense is reported, and the default decides", () => {
    for (const nonsense of [undefined, null, true, -1, NaN, "5", {}, Promise.resolve(5)]) {
      expect(reconnect(() => nonsense as never)(retry(LOST))).toBeTypeOf("number");
      const [[error, what] = []] = reports.splice(0);
      expect(error).toBeInstanceOf(TypeError);
      expect(what).toBe("the function reconnect");
    }
  });

  test("0, fractions and Infinity are delays; Infinity waits for connect() or join()", () => {
    for (const delay of [0, 0.5, 1e12, Infinity]) {
      expect(reconnect(() => delay)(retry(LOST))).toBe(delay);
    }
    expect(reports).toEqual([]);
  });
});
