// A server over `ws` whose clients say which page they want, and hear its rows.
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";
import type { Order } from "../mix.ts";

export interface Pages {
  /** Gives the rows of a page, which `socket` is told of from now on. */
  readonly opened: (page: number, socket: WebSocket) => Promise<readonly Order[]>;
  readonly left: (page: number, socket: WebSocket) => void;
}

/** A client says the number of a page to open it, and what is below 0 to leave it: -1 is page 0. */
export async function listenForPages({ opened, left }: Pages): Promise<{
  readonly port: number;
  readonly connections: () => number;
}> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  server.on("connection", (socket) => {
    socket.on("message", (said) => {
      const page = Number(said);
      if (page < 0) left(-1 - page, socket);
      else void opened(page, socket).then((rows) => socket.send(JSON.stringify(rows)));
    });
  });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { port, connections: () => server.clients.size };
}
