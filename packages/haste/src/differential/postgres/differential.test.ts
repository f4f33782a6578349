// P20 on PostgreSQL: writers on several connections at once, read by logical replication.
// `HASTE_SEEDS=1000 npx vitest run packages/haste/src/differential` runs more seeds,
// `HASTE_SEED=17` one of them.
import { afterAll, beforeAll, expect, test } from "vitest";
import { PostgresServer } from "../../fixtures/postgres.ts";
import { postgresDatabase, type PostgresDatabase } from "../postgres-database.ts";
import { runSeed } from "../run-seed.ts";
import { seeds } from "../seeds.ts";

let server: PostgresServer;
let first: PostgresDatabase;
let second: PostgresDatabase;

beforeAll(async () => {
  server = await PostgresServer.start();
  first = postgresDatabase(await server.createDatabase(), 4);
  second = postgresDatabase(await server.createDatabase(), 1);
}, 120_000);

afterAll(async () => {
  await first.close();
  await second.close();
  await server.remove();
});

test("every page equals its query at its version", { timeout: 3_600_000 }, async () => {
  let states = 0;
  for (const seed of seeds(20)) {
    const result = await runSeed(seed, first, second.run);
    states += result.states;
  }
  expect(states).toBeGreaterThan(0);
});
