import { PGlite } from "@electric-sql/pglite";
import { sourceConformance } from "../source/source.conformance.ts";
import { pgliteSource, setup } from "./index.ts";

sourceConformance("PGlite", {
  open: async () => {
    const db = await PGlite.create();
    return {
      run: async (sql) => {
        await db.transaction((transaction) => transaction.exec(sql));
      },
      setUp: (tables) => setup(db, tables),
      source: (limits) => pgliteSource(db, limits),
      close: () => db.close(),
    };
  },
});
