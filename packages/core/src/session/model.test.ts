// Random interleavings of commands, frames, drops, timers and sleep, watched by an account of what
// must hold (testing/oracle.ts). A failure prints fast-check's seed and path, and what happened.
import fc from "fast-check";
import { test } from "vitest";
import { World } from "../testing/world.ts";

/** Runs, and ms for all of them and for finding the shortest one that fails. */
const RUNS = 1_500;
const LIMIT = 20_000;
/** Which of the things that can happen happens, and how. */
const step = fc.tuple(fc.noBias(fc.nat({ max: 1_000_000 })), fc.noBias(fc.nat({ max: 300 })));
const steps = fc.array(step, { maxLength: 200, size: "max" });

test("all invariants hold in random interleavings", () => {
  fc.assert(
    fc.property(fc.nat({ max: 1_000 }), steps, (seed, steps) => {
      const world = new World(seed);
      try {
        for (const [which, choice] of steps) world.step(which, choice);
        world.end();
      } catch (cause) {
        const { message } = cause as Error;
        throw new Error(`${message}\n${world.trace.join("\n")}`, { cause });
      }
    }),
    { numRuns: RUNS, interruptAfterTimeLimit: LIMIT },
  );
});
