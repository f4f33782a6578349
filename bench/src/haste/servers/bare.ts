// As one writes it by hand: each change that pg-logical-replication decodes is sent by `ws.send` to
// those who look at its tenant, and a first page is a query over `pg`.
import { LogicalReplicationService, PgoutputPlugin, type Pgoutput } from "pg-logical-replication";
import { Pool } from "pg";
import type { WebSocket } from "ws";
import { pagesOf, whereOf, type Order } from "../mix.ts";
import { withClient } from "../orders.ts";
import { listenForPages } from "./bare-pages.ts";
import { NOTHING, type HasteServer } from "./haste-server.ts";

const SLOT = "bare";

export async function startBare(connection: string): Promise<HasteServer> {
  const pool = new Pool({ connectionString: connection, max: 8 });
  const readers = new Map<number, Set<WebSocket>>();
  const { port, connections } = await listenForPages({
    async opened(page, socket) {
      const { sql, values } = whereOf(page);
      const query = `SELECT * FROM orders WHERE ${sql} ORDER BY id LIMIT 50`;
      const { rows } = await pool.query<Order>(query, values);
      const known = readers.get(page);
      if (known === undefined) readers.set(page, new Set([socket]));
      else known.add(socket);
      return rows;
    },
    left: (page, socket) => readers.get(page)?.delete(socket),
  });
  await follow(connection, (row) => {
    const text = JSON.stringify(row);
    for (const page of pagesOf(row.tenant, Infinity)) {
      for (const socket of readers.get(page) ?? []) socket.send(text);
    }
  });
  return { port, look: () => ({ ...NOTHING, connections: connections() }) };
}

async function follow(connection: string, changed: (row: Order) => void): Promise<void> {
  await withClient(connection, (client) =>
    client.query("SELECT pg_create_logical_replication_slot($1, 'pgoutput')", [SLOT]),
  );
  const service = new LogicalReplicationService({ connectionString: connection });
  const plugin = new PgoutputPlugin({ protoVersion: 1, publicationNames: ["haste"] });
  service.on("data", (_lsn: string, message: Pgoutput.Message) => {
    if (message.tag === "update" || message.tag === "insert") changed(message.new as Order);
  });
  const started = new Promise<void>((resolve) => service.on("start", () => resolve()));
  service.subscribe(plugin, SLOT).catch(() => process.exit(1));
  await started;
}
