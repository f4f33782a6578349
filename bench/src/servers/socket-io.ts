// socket.io over WebSockets alone, as it comes. Its pings, which would be counted as messages, wait.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server } from "socket.io";
import { PAYLOAD, TOPIC, type ServerSide } from "./server-side.ts";

const AN_HOUR = 3_600_000;

type Answer = (payload?: unknown) => void;

export async function startSocketIo(): Promise<ServerSide> {
  const http = createServer();
  const io = new Server(http, { transports: ["websocket"], pingInterval: AN_HOUR });
  const broadcast = (): void => void io.to(TOPIC).emit("message", PAYLOAD);
  io.on("connection", (socket) => {
    socket.on("join", async (topic: string, answer: Answer) => {
      await socket.join(topic);
      answer();
    });
    socket.on("leave", async (topic: string, answer: Answer) => {
      await socket.leave(topic);
      answer();
    });
    socket.on("echo", (payload: unknown, answer: Answer) => answer(payload));
    socket.on("say", broadcast);
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  return {
    port: (http.address() as AddressInfo).port,
    broadcast,
    close: () => io.close(),
  };
}
