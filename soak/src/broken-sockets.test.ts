// The soak's own proof: a short one without faults of the client finds nothing, and each promise that
// a socket breaks on purpose is found.
import { expect, test } from "vitest";
import { Soak, type SoakOptions } from "./run.ts";
import { BROKEN } from "./testing/broken-sockets.ts";

const SHORT = { seed: 1, clients: 4 };

async function soakUntilFound(options: Partial<SoakOptions>, promise: string): Promise<string[]> {
  const found: string[] = [];
  const enough = new AbortController();
  await Soak.run({
    ...SHORT,
    seconds: 20,
    ...options,
    signal: enough.signal,
    onViolation: (violation) => {
      found.push(violation.promise);
      if (violation.promise === promise) enough.abort();
    },
  });
  return found;
}

test("the client itself breaks no promise", { timeout: 60_000 }, async () => {
  const { verdicts } = (await Soak.run({ ...SHORT, seconds: 3 })).model;
  expect(verdicts.kept).toEqual([]);
  expect(verdicts.checks).toBeGreaterThan(1_000);
});

test.each(BROKEN)(
  "a socket that %s is found out",
  { timeout: 120_000 },
  async (_, promise, make) => {
    expect(await soakUntilFound({ make }, promise)).toContain(promise);
  },
);
