// Each page is queried every second, and sent whole where it has changed.
import { Pool } from "pg";
import type { WebSocket } from "ws";
import { whereOf, type Order } from "../mix.ts";
import { listenForPages } from "./bare-pages.ts";
import { NOTHING, type HasteServer } from "./haste-server.ts";

const EVERY = 1_000;

export async function startPoll(connection: string): Promise<HasteServer> {
  const pool = new Pool({ connectionString: connection, max: 8 });
  const polled = new Map<WebSocket, NodeJS.Timeout>();
  const ask = async (page: number): Promise<readonly Order[]> => {
    const { sql, values } = whereOf(page);
    const query = `SELECT * FROM orders WHERE ${sql} ORDER BY id LIMIT 50`;
    return (await pool.query<Order>(query, values)).rows;
  };
  const { port, connections } = await listenForPages({
    async opened(page, socket) {
      const rows = await ask(page);
      let sent = JSON.stringify(rows);
      let isAsking = false;
      const poll = async (): Promise<void> => {
        if (isAsking) return;
        isAsking = true;
        const text = JSON.stringify(await ask(page));
        isAsking = false;
        if (text !== sent) socket.send(text);
        sent = text;
      };
      polled.set(
        socket,
        setInterval(() => void poll(), EVERY),
      );
      return rows;
    },
    left: (_page, socket) => clearInterval(polled.get(socket)),
  });
  return { port, look: () => ({ ...NOTHING, connections: connections() }) };
}
