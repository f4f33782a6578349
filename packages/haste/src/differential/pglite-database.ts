// PGlite, as the differential test writes to it: one transaction at a time.
import type { PGlite, Transaction } from "@electric-sql/pglite";
import { pgliteSource, setup } from "../pglite/index.ts";
import type { DifferentialDatabase } from "./run-seed.ts";
import type { Run } from "./writes.ts";

export function pgliteDatabase(db: PGlite): DifferentialDatabase {
  return {
    writers: 1,
    run: pgliteRun(db),
    transaction: (work) => db.transaction((transaction) => work(pgliteRun(transaction))),
    setUp: (tables) => setup(db, tables),
    source: () => pgliteSource(db),
  };
}

export function pgliteRun(db: Pick<PGlite | Transaction, "query">): Run {
  return async (sql) => {
    const { rows } = await db.query<Record<string, string>>(sql);
    return rows.flatMap((row) => Object.values(row).slice(0, 1));
  };
}
