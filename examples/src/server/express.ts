// Channels beside an Express app, on one port.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ChannelsServer } from "@slipstream/server";
import express from "express";
import { RoomChannel } from "./room.ts";

const channels = new ChannelsServer();
channels.socket("/socket", { channels: { "room:*": RoomChannel } });

const app = express();
// Long polling, before anything reads the body of a request.
app.use((request, response, next) => {
  if (!channels.handleRequest(request, response)) next();
});
app.use(express.json());
app.post("/rooms/:name/news", (request, response) => {
  channels.broadcast(`room:${request.params.name}`, "said", {
    user: "the newsroom",
    text: String((request.body as { text?: unknown }).text),
  });
  response.status(202).end();
});

const http = createServer(app);
channels.attach(http);
http.listen(Number(process.env["PORT"] ?? 4000), () => {
  console.log(`listening on ${(http.address() as AddressInfo).port}`);
});

process.once("SIGTERM", () => {
  http.close();
  void channels.close();
});
