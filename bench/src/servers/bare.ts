// A server over `ws` as one writes it by hand, for as much of the protocol as the benches speak: a Set
// of sockets for each topic, JSON.parse, and a loop of `send` of one encoded buffer. No limits, no
// timeouts, no order of ending.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocket, WebSocketServer } from "ws";
import { PAYLOAD, TOPIC, type ServerSide } from "./server-side.ts";

type Frame = readonly [
  joinRef: string,
  ref: string,
  topic: string,
  event: string,
  payload: unknown,
];

const MESSAGE = Buffer.from(JSON.stringify([null, null, TOPIC, "message", PAYLOAD]));

export async function startBare(): Promise<ServerSide> {
  const http = createServer();
  const server = new WebSocketServer({ server: http });
  const topics = new Map<string, Set<WebSocket>>();

  function leave(topic: string, socket: WebSocket): void {
    const members = topics.get(topic);
    members?.delete(socket);
    if (members?.size === 0) topics.delete(topic);
  }

  function broadcast(): void {
    for (const socket of topics.get(TOPIC) ?? []) {
      if (socket.readyState === WebSocket.OPEN) socket.send(MESSAGE, { binary: false });
    }
  }

  server.on("connection", (socket) => {
    const joined = new Set<string>();
    socket.on("message", (data: Buffer) => {
      const [joinRef, ref, topic, event, payload] = JSON.parse(data.toString()) as Frame;
      if (event === "say") return broadcast();
      let response: unknown = {};
      if (event === "phx_join") {
        joined.add(topic);
        const members = topics.get(topic);
        if (members === undefined) topics.set(topic, new Set([socket]));
        else members.add(socket);
      } else if (event === "phx_leave") {
        joined.delete(topic);
        leave(topic, socket);
      } else {
        response = payload;
      }
      const reply = { status: "ok", response };
      socket.send(JSON.stringify([joinRef, ref, topic, "phx_reply", reply]));
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      for (const topic of joined) leave(topic, socket);
    });
  });

  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  return {
    port: (http.address() as AddressInfo).port,
    broadcast,
    async close() {
      for (const socket of server.clients) socket.terminate();
      http.close();
      await once(http, "close");
    },
  };
}
