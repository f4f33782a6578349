// P10, P12: what thousands of clients do together. The sessions are the real ones, over simulated time:
// each run is determined by its seed, so that bounds here measure the policy and not the machine.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { drawOutages } from "./drawing.ts";
import { CLIENTS, CRASH, flapping, outage, sleep, tokensOf, WATCHED } from "./scenarios.ts";

// Its clients try so often that it takes a while: once is enough.
const table = outage("table");

describe("10,000 clients lose their server, which comes back with room for 100 in 100 ms", () => {
  // At random within 1 s: 1,000 in 100 ms on average. Five standard deviations more are 150.
  test.each([1, 2])("by default at most 1,150 try in any 100 ms (seed %i)", (seed) => {
    const { server, clients, backAfter } = outage("default", { seed });
    const { attempts } = server;
    expect(attempts.peakBetween(CRASH, CRASH + WATCHED)).toBeLessThanOrEqual(1_150);
    // Nobody sits out for longer than he must: the first second sees nearly everybody.
    expect(attempts.between(CRASH, CRASH + 1_100)).toBeGreaterThanOrEqual(CLIENTS);
    // What is refused comes back later and later, so that the room suffices for all.
    expect(attempts.peakBetween(CRASH + 10_000, CRASH + WATCHED)).toBeLessThan(500);
    expect(server.live).toBe(CLIENTS);
    expect(backAfter).toBeLessThan(WATCHED);
    expect(tokensOf(clients)).toBe(attempts.total);
  });

  test("without jitter they come as one, and most are refused again and again", () => {
    const { server, backAfter } = table;
    expect(server.attempts.peakBetween(CRASH, CRASH + WATCHED)).toBeGreaterThan(CLIENTS);
    expect(server.attempts.peakBetween(CRASH + 20_000, CRASH + WATCHED)).toBeGreaterThan(5_000);
    expect(server.live).toBeLessThan(CLIENTS / 2);
    expect(backAfter).toBeNull();
  });

  test("the picture in the documentation is the one that npm run simulate draws", () => {
    const file = new URL("../../../docs/retries.svg", import.meta.url);
    const drawn = drawOutages(table.server.attempts, outage("default").server.attempts);
    expect(readFileSync(file, "utf8")).toBe(drawn);
  });
});

describe("a server that lets everybody in and drops them after 200 ms", () => {
  test("is tried by each client once in 15 to 30 s, however often it lets in", () => {
    const { server, clients } = flapping("default");
    const [from, to] = [CRASH + 300_000, CRASH + 600_000];
    const each = server.attempts.between(from, to) / clients.length;
    expect(each).toBeGreaterThanOrEqual(300 / 30.5);
    expect(each).toBeLessThanOrEqual(300 / 15);
    for (const { session } of clients) expect(session.counters.opened).toBeGreaterThan(10);
  });
});

describe("a machine that slept for an hour", () => {
  test("connects each socket again once, within 2 s, spread out, with credentials asked for anew", () => {
    const { server, clients, wokeAt, tokensBefore } = sleep();
    const { attempts } = server;
    expect(attempts.between(wokeAt, wokeAt + 2_000)).toBe(clients.length);
    expect(attempts.between(wokeAt, wokeAt + 60_000)).toBe(clients.length);
    // 200 on average, those that were open and those that were waiting together.
    expect(attempts.peakBetween(wokeAt, wokeAt + 60_000)).toBeLessThan(300);
    expect(tokensOf(clients) - tokensBefore).toBe(clients.length);
    expect(server.live).toBe(clients.length);
  });
});
