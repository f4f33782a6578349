// Two PGlites for the tests of a file: one that is written and followed, and one for the oracle.
import { PGlite } from "@electric-sql/pglite";
import { afterAll, beforeAll } from "vitest";
import { pgliteDatabase, pgliteRun } from "./pglite-database.ts";
import type { Lane } from "./seeds.ts";

/** Opens and closes them around the tests of this file; what is returned gives the lane on them. */
export function pgliteLane(): () => Lane {
  let databases: readonly [PGlite, PGlite];
  beforeAll(async () => {
    databases = await Promise.all([PGlite.create(), PGlite.create()]);
  }, 120_000);
  afterAll(async () => {
    for (const db of databases) await db.close();
  });
  return () => ({ database: pgliteDatabase(databases[0]), oracleRun: pgliteRun(databases[1]) });
}
