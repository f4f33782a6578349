// The readers of the flood: those that read, and those that stop.
import { connect, type Socket } from "@slipstream/client";
import { openPage, type LivePage } from "@slipstream/haste/client";
import { once } from "node:events";
import { WebSocket } from "ws";
import type { Order } from "../mix.ts";
import { FLOOD_LIMIT, FLOOD_ORDER, floodFilterOf } from "./pages.ts";

const AT_ONCE = 25;

/** What the process of those that read can be told to do. */
export type FloodReaderTasks = {
  /** Opens the pages of these readers, each on a connection of its own. */
  readonly open: (readers: readonly number[]) => Promise<void>;
  /** How often pages have told that they have changed. */
  readonly told: () => number;
  /** What each page shows once it shows what a transaction did, as {@link rowText} writes it. */
  readonly shown: (xid: string) => Promise<readonly (readonly [reader: number, rows: string])[]>;
  readonly disconnect: () => Promise<void>;
};

/** A row, so that equal rows are equal texts. */
export function rowText({ id, tenant, amount, note }: Order): string {
  return `${id} ${tenant} ${Number(amount)} ${note}`;
}

export function floodReaders(port: number): FloodReaderTasks {
  const pages = new Map<number, LivePage<Order>>();
  const sockets: Socket[] = [];
  let told = 0;
  const open = async (reader: number): Promise<void> => {
    const socket = await connect(`ws://127.0.0.1:${port}/socket`, { pushTimeout: 60_000 });
    sockets.push(socket);
    const page = openPage<Order>(socket, "orders", {
      where: floodFilterOf(reader),
      orderBy: FLOOD_ORDER,
      limit: FLOOD_LIMIT,
    });
    await page.ready();
    page.subscribe(() => (told += 1));
    pages.set(reader, page);
  };
  return {
    async open(readers) {
      for (let at = 0; at < readers.length; at += AT_ONCE) {
        await Promise.all(readers.slice(at, at + AT_ONCE).map(open));
      }
    },
    told: () => told,
    shown: (xid) =>
      Promise.all(
        [...pages].map(async ([reader, page]) => {
          await page.seen(xid);
          return [reader, page.rows.map(rowText).join("\n")] as const;
        }),
      ),
    async disconnect() {
      await Promise.all(sockets.splice(0).map((socket) => socket.disconnect()));
    },
  };
}

/** What the process of those that stop can be told to do. */
export type StalledReaderTasks = {
  /** Opens the pages of these readers, and reads nothing more of them: their TCP is paused. */
  readonly stall: (readers: readonly number[]) => Promise<void>;
};

export function stalledReaders(port: number): StalledReaderTasks {
  const stall = async (reader: number): Promise<void> => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/socket/websocket?vsn=2.0.0`);
    // A server that has had enough resets it.
    socket.on("error", () => {});
    await once(socket, "open");
    const page = {
      filter: floodFilterOf(reader),
      order: FLOOD_ORDER,
      at: "start",
      before: 0,
      after: FLOOD_LIMIT,
    };
    socket.send(JSON.stringify(["1", "1", "haste:orders", "phx_join", page]));
    await new Promise<void>((resolve) => {
      let heard = 0;
      socket.on("message", () => {
        heard += 1;
        // The answer, and the rows.
        if (heard < 2) return;
        socket.pause();
        resolve();
      });
    });
  };
  return {
    async stall(readers) {
      await Promise.all(readers.map(stall));
    },
  };
}
