// Which seeds are run, how many at once, and what is said meanwhile.
import { performance } from "node:perf_hooks";
import { seedPlan } from "./seed-plan.ts";
import { Coverage } from "./coverage.ts";
import { runSeed, type SeedOptions } from "./run-seed.ts";

/** The first so many, or as many as HASTE_SEEDS says, or the one of HASTE_SEED, HASTE_RUNS times. */
export function seeds(count: number): readonly number[] {
  const { HASTE_SEED: one, HASTE_RUNS: runs = "1" } = process.env;
  if (one !== undefined) return Array.from({ length: Number(runs) }, () => Number(one));
  return Array.from({ length: Number(process.env["HASTE_SEEDS"] ?? count) }, (_, at) => at + 1);
}

/** A pair of databases in which one seed at a time is run. */
export type Lane = Omit<SeedOptions, "coverage">;

export interface SeedsResult {
  readonly seeds: number;
  readonly pages: number;
  readonly states: number;
  readonly coverage: Coverage;
}

/** Said of a test that fails: how to run it again. */
const replay = (seed: number, test: string): string =>
  `Again: HASTE_SEED=${seed} npx vitest run packages/haste/src/differential/${test}`;

/**
 * Runs seeds, one in each lane at a time; those that restart the server, which lanes share, alone at
 * the end.
 *
 * @param test - the test's file, to be named where a seed fails
 */
export async function runSeeds(
  wanted: readonly number[],
  lanes: readonly Lane[],
  test: string,
): Promise<SeedsResult> {
  const coverage = new Coverage();
  const began = performance.now();
  let done = 0;
  let pages = 0;
  let states = 0;
  const runAll = async (queue: number[], lane: Lane): Promise<void> => {
    for (let seed = queue.shift(); seed !== undefined; seed = queue.shift()) {
      const result = await runSeed(seed, { ...lane, coverage }).catch((error: Error) => {
        queue.length = 0;
        throw new Error(`${error.message}\n${replay(seed, test)}`, { cause: error });
      });
      done += 1;
      pages += result.pages;
      states += result.states;
      if (done % 50 > 0 && done < wanted.length) continue;
      const seconds = Math.round((performance.now() - began) / 1_000);
      console.log(`${test}: ${done} of ${wanted.length} seeds, ${states} states, ${seconds} s`);
    }
  };
  const [first] = lanes;
  const isAlone = (seed: number): boolean =>
    first?.database.server !== null && seedPlan(seed).disturbances.includes("database restarted");
  const together = wanted.filter((seed) => !isAlone(seed));
  const running = lanes.map((lane) => runAll(together, lane));
  // What runs beside one that fails is over before anything is closed.
  await Promise.allSettled(running);
  await Promise.all(running);
  if (first !== undefined) await runAll(wanted.filter(isAlone), first);
  console.log(`${test}: ${pages} pages; ${coverage.toString()}`);
  return { seeds: done, pages, states, coverage };
}
