// The soak's own proof: each promise that a socket breaks on purpose is found.
import { expect, test } from "vitest";
import { Soak } from "../run.ts";
import type { Broken } from "./broken/bend.ts";

/** One test for each of them: a soak that ends as soon as it has found what is wrong. */
export function testThatSoaksFindOut(broken: Broken): void {
  test.each(broken)(
    "a socket that %s is found out",
    { timeout: 600_000 },
    async (_, promise, make) => {
      const found: string[] = [];
      const enough = new AbortController();
      await Soak.run({
        seed: 1,
        clients: 8,
        // A bound for what is never found out, on a machine of any speed.
        seconds: 500,
        make,
        signal: enough.signal,
        onViolation: (violation) => {
          found.push(violation.promise);
          if (violation.promise === promise) enough.abort();
        },
      });
      expect(found).toContain(promise);
    },
  );
}
