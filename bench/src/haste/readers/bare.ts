// `ws`, `JSON.parse`, and a Map of rows: the client of the servers written by hand.
import { once } from "node:events";
import { WebSocket } from "ws";
import type { Order } from "../mix.ts";
import type { Reader } from "./reader.ts";

export async function connectBare(port: number): Promise<Reader> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`);
  let rows = new Map<number, Order>();
  let opened: (() => void) | null = null;
  let told: (row: Order) => void = () => {};
  socket.on("message", (data: Buffer) => {
    const message = JSON.parse(data.toString()) as Order | Order[];
    if (!Array.isArray(message)) {
      rows.set(message.id, message);
      told(message);
      return;
    }
    const before = rows;
    rows = new Map(message.map((row) => [row.id, row]));
    if (opened === null) {
      for (const row of message) if (before.get(row.id)?.note !== row.note) told(row);
    } else opened();
    opened = null;
  });
  await once(socket, "open");
  return {
    async open(page, changed) {
      told = changed;
      await new Promise<void>((resolve) => {
        opened = resolve;
        socket.send(String(page));
      });
      return {
        close: async () => socket.send(String(-1 - page)),
      };
    },
    async close() {
      const closed = once(socket, "close");
      socket.close();
      await closed;
    },
  };
}
