// PGlite, as the differential test writes to it: one transaction at a time.
import type { PGlite, Transaction } from "@electric-sql/pglite";
import { pgliteSource, setup } from "../pglite/index.ts";
import type { DifferentialDatabase } from "./database.ts";
import type { Run } from "./effects.ts";

export function pgliteDatabase(db: PGlite): DifferentialDatabase {
  return {
    writers: 1,
    run: pgliteRun(db),
    transaction: async (work) => {
      await db.transaction((transaction) => work(pgliteRun(transaction)));
    },
    setUp: (tables) => setup(db, tables),
    source: () => pgliteSource(db),
    // What the change log does itself when nobody has taken from it for long.
    loseEpoch: async (run) => {
      await run(`
        WITH gone AS (DELETE FROM haste.log)
        UPDATE haste.state SET epoch = gen_random_uuid(), acknowledged = (SELECT last_value FROM haste.log_id_seq)`);
      await run("NOTIFY haste_changes");
    },
    server: null,
  };
}

export function pgliteRun(db: Pick<PGlite | Transaction, "query">): Run {
  return async (sql) => {
    const { rows } = await db.query<Record<string, string>>(sql);
    return rows.flatMap((row) => Object.values(row).slice(0, 1));
  };
}
