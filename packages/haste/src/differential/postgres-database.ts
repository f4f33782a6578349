// PostgreSQL, as the differential test writes to it: several connections at once.
import { Pool, type PoolClient } from "pg";
import { postgresSource, setup } from "../postgres/index.ts";
import type { DifferentialDatabase } from "./run-seed.ts";
import type { Run } from "./writes.ts";

export interface PostgresDatabase extends DifferentialDatabase {
  close(): Promise<void>;
}

export function postgresDatabase(connection: string, writers: number): PostgresDatabase {
  const pool = new Pool({ connectionString: connection, max: writers + 1 });
  return {
    writers,
    run: postgresRun(pool),
    async transaction(work) {
      const client = await pool.connect();
      try {
        await client.query("BEGIN");
        await work(postgresRun(client));
        await client.query("COMMIT");
      } catch (error) {
        await client.query("ROLLBACK");
        throw error;
      } finally {
        client.release();
      }
    },
    setUp: async (tables) => {
      const client = await pool.connect();
      try {
        await setup(client, tables);
      } finally {
        client.release();
      }
    },
    source: () => postgresSource({ connection }),
    close: () => pool.end(),
  };
}

function postgresRun(on: Pick<Pool | PoolClient, "query">): Run {
  return async (sql) => {
    const { rows } = await on.query<Record<string, string>>(sql);
    return rows.flatMap((row) => Object.values(row).slice(0, 1));
  };
}
