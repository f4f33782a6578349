// The server of the client benches: `ws` for the handshakes, the reading and the closing, and the raw
// sockets for the writing.
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { Conversation } from "./conversation.ts";

export interface BenchServer {
  /** The socket's path, as clients take it. */
  readonly url: string;
  /** Ends all connections, and resolves when none is left. */
  close(): Promise<void>;
}

export async function startBenchServer(): Promise<BenchServer> {
  const http = createServer();
  const sockets = new WebSocketServer({ noServer: true, skipUTF8Validation: true });
  http.on("upgrade", (request, stream, head) => {
    sockets.handleUpgrade(request, stream, head, (socket) => {
      const conversation = new Conversation(stream, () => connectionsOf(http));
      socket.on("message", (data: Buffer) => conversation.receive(data));
      socket.on("error", ignore);
    });
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const { port } = http.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${port}/socket`,
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      http.close();
      await once(http, "close");
    },
  };
}

/** How many TCP connections are open. */
function connectionsOf(http: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    http.getConnections((error, count) => {
      if (error === null) resolve(count);
      else reject(error);
    });
  });
}

/** A client's process that ended may have reset its connections. */
function ignore(): void {}
