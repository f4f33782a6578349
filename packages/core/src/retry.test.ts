// When to try again: the bounds of the delays, and what the default is for each cause.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ChannelEndReason, EndReason } from "./end-reason.ts";
import { seededRandom } from "./random.ts";
import {
  backoff,
  mayReconnect,
  mayRejoin,
  PHOENIX_RECONNECT,
  PHOENIX_REJOIN,
  SLIPSTREAM_RECONNECT,
  SLIPSTREAM_REJOIN,
  tableDelay,
} from "./retry.ts";

const attempt = fc.oneof(fc.nat({ max: 12 }), fc.nat({ max: 100_000 }));
const random = fc.integer().map(seededRandom);

describe("backoff", () => {
  test("the first retry comes within 1 s, later ones in the upper half of a cap that doubles to 30 s", () => {
    fc.assert(
      fc.property(attempt, random, (attempt, random) => {
        const delay = backoff(attempt, random);
        const caps = [1_000, 2_000, 4_000, 8_000, 16_000];
        const cap = caps[attempt] ?? 30_000;
        expect(delay).toBeLessThan(cap);
        expect(delay).toBeGreaterThanOrEqual(attempt === 0 ? 0 : cap / 2);
      }),
    );
  });

  test.each([
    [0, 0, 1_000],
    [1, 1_000, 2_000],
    [2, 2_000, 4_000],
    [3, 4_000, 8_000],
    [4, 8_000, 16_000],
    [5, 15_000, 30_000],
    [60, 15_000, 30_000],
  ])("attempt %i: from %i to %i ms, spread evenly", (attempt, from, to) => {
    expect(backoff(attempt, () => 0)).toBe(from);
    expect(backoff(attempt, () => 0.5)).toBe((from + to) / 2);
    expect(backoff(attempt, () => 1 - 2 ** -32)).toBeCloseTo(to, 3);
  });
});

describe("tables", () => {
  test("are those of Slipstream and phoenix.js", () => {
    expect(SLIPSTREAM_RECONNECT).toEqual([10, 50, 100, 150, 200, 250, 500, 1_000, 2_000, 5_000]);
    expect(SLIPSTREAM_REJOIN).toEqual([100, 500, 1_000, 2_000, 5_000, 10_000]);
    expect(PHOENIX_RECONNECT).toEqual([10, 50, 100, 150, 200, 250, 500, 1_000, 2_000, 5_000]);
    expect(PHOENIX_REJOIN).toEqual([1_000, 2_000, 5_000, 10_000]);
  });

  test("the last entry repeats, and an empty table waits for nothing", () => {
    const delays = [0, 1, 2, 3, 1_000].map((attempt) =>
      tableDelay([10, 20, 30], attempt, 0, () => 0),
    );
    expect(delays).toEqual([10, 20, 30, 30, 30]);
    expect(tableDelay([], 3, 1, () => 0.5)).toBe(0);
  });

  test("jitter takes away at most its share", () => {
    const table = fc.array(fc.nat({ max: 60_000 }), { minLength: 1 });
    const jitter = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(table, attempt, jitter, random, (table, attempt, jitter, random) => {
        const full = tableDelay(table, attempt, 0, random);
        const delay = tableDelay(table, attempt, jitter, random);
        expect(full).toBe(table[Math.min(attempt, table.length - 1)]);
        expect(delay).toBeLessThanOrEqual(full);
        expect(delay).toBeGreaterThanOrEqual(full * (1 - jitter));
      }),
    );
  });
});

describe("what is tried again by default", () => {
  const connections: [EndReason, boolean][] = [
    [{ type: "requested" }, false],
    [{ type: "ownerGone" }, false],
    [{ type: "closedByRemote", code: 1000, reason: "" }, true],
    [{ type: "connectionLost", cause: null }, true],
    [{ type: "heartbeatTimeout" }, true],
    [{ type: "upgradeRejected", status: 403 }, true],
    [{ type: "connectFailed", cause: null }, true],
    [{ type: "connectTimeout" }, true],
    [{ type: "credentialsFailed", cause: null }, true],
    [{ type: "protocolError", code: 1009 }, true],
    [{ type: "overflow", queue: "q" }, true],
    [{ type: "pageHidden" }, true],
  ];

  test.each(connections)("a connection after %o: %s", (reason, expected) => {
    expect(mayReconnect(reason)).toBe(expected);
  });

  const memberships: [ChannelEndReason, first: boolean, again: boolean][] = [
    [{ type: "refused", status: "error", response: {} }, false, false],
    [{ type: "unsendable", cause: null }, false, false],
    [{ type: "duplicate" }, false, false],
    [{ type: "timeout" }, false, true],
    [{ type: "paramsFailed", cause: null }, false, true],
    [{ type: "crashed" }, false, true],
    [{ type: "closed" }, false, true],
    [{ type: "disconnected", reason: null }, true, true],
  ];

  test.each(memberships)("a channel after %o: first join %s, rejoin %s", (cause, first, again) => {
    const random = seededRandom(0);
    expect(mayRejoin({ attempt: 0, cause, again: false, random })).toBe(first);
    expect(mayRejoin({ attempt: 0, cause, again: true, random })).toBe(again);
  });
});
