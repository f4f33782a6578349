// P20 on PostgreSQL: writers on several connections at once, read by logical replication.
// `HASTE_SEEDS=1000 npx vitest run packages/haste/src/differential` runs more seeds,
// `HASTE_SEED=17` one of them.
import { Pool } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PostgresServer } from "../../fixtures/postgres.ts";
import {
  postgresDatabase,
  postgresRun,
  SETTINGS,
  type PostgresDatabase,
} from "../postgres-database.ts";
import { runSeeds, seeds } from "../seeds.ts";

/** Seeds that are run side by side: each waits for the server most of its time. */
const LANES = 4;

let server: PostgresServer;
const databases: PostgresDatabase[] = [];
const oracles: Pool[] = [];

beforeAll(async () => {
  server = await PostgresServer.start(SETTINGS);
  for (let lane = 0; lane < LANES; lane += 1) {
    databases.push(await postgresDatabase(server, `haste_${lane}`));
    const pool = new Pool({ connectionString: await server.createDatabase(), max: 1 });
    pool.on("error", () => {});
    pool.on("connect", (client) => client.on("error", () => {}));
    oracles.push(pool);
  }
});

afterAll(async () => {
  for (const database of databases) await database.close();
  for (const pool of oracles) await pool.end();
  await server.remove();
});

test("every page equals its query at its version", { timeout: 3_600_000 }, async () => {
  const lanes = databases.map((database, at) => ({
    database,
    oracleRun: postgresRun(oracles[at] as Pool),
  }));
  const wanted = seeds(200);
  const { states, coverage } = await runSeeds(wanted, lanes, "postgres/differential.test.ts");
  expect(states).toBeGreaterThan(0);
  if (wanted.length >= 200) expect(coverage.missing("several")).toEqual([]);
});
