import { Client } from "pg";
import { afterAll, beforeAll } from "vitest";
import { PostgresServer } from "../fixtures/postgres.ts";
import { sourceConformance } from "../source/source.conformance.ts";
import { postgresSource, setup } from "./index.ts";

let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start();
});
afterAll(() => server.remove());

sourceConformance("PostgreSQL", {
  open: async () => {
    const connection = await server.createDatabase();
    const client = new Client(connection);
    await client.connect();
    return {
      run: async (sql) => {
        await client.query(`BEGIN; ${sql}; COMMIT`).catch(async (error: unknown) => {
          await client.query("ROLLBACK");
          throw error;
        });
      },
      setUp: (tables) => setup(client, tables),
      source: (limits) => postgresSource({ connection, ...limits }),
      close: () => client.end(),
    };
  },
});
