// P20 on PGlite: pages equal the query at the version that they show, whatever is written meanwhile.
// `HASTE_SEEDS=1000 npx vitest run packages/haste/src/differential` runs more seeds,
// `HASTE_SEED=17` one of them.
import { expect, test } from "vitest";
import { pgliteLane } from "./pglite-lane.ts";
import { runSeeds, seeds } from "./seeds.ts";

const lane = pgliteLane();

test("every page equals its query at its version", { timeout: 3_600_000 }, async () => {
  const wanted = seeds(50);
  const { states, coverage } = await runSeeds(wanted, [lane()], "differential.test.ts");
  expect(states).toBeGreaterThan(0);
  if (wanted.length >= 200) expect(coverage.missing("one connection")).toEqual([]);
});
