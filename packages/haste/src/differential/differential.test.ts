// P20 on PGlite: pages equal the query at the version that they show, whatever is written meanwhile.
// `HASTE_SEEDS=1000 npx vitest run packages/haste/src/differential` runs more seeds,
// `HASTE_SEED=17` one of them.
import { PGlite } from "@electric-sql/pglite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pgliteDatabase, pgliteRun } from "./pglite-database.ts";
import { runSeeds, seeds } from "./seeds.ts";

let db: PGlite;
let second: PGlite;

beforeAll(async () => {
  [db, second] = await Promise.all([PGlite.create(), PGlite.create()]);
}, 120_000);

afterAll(async () => {
  await db.close();
  await second.close();
});

test("every page equals its query at its version", { timeout: 3_600_000 }, async () => {
  const lanes = [{ database: pgliteDatabase(db), oracleRun: pgliteRun(second) }];
  const wanted = seeds(50);
  const { states, coverage } = await runSeeds(wanted, lanes, "differential.test.ts");
  expect(states).toBeGreaterThan(0);
  if (wanted.length >= 200) expect(coverage.missing("one connection")).toEqual([]);
});
