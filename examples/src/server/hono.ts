// Channels beside a Hono app under Node, on one port.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { ChannelsServer } from "@slipstream/server";
import { Hono } from "hono";
import { RoomChannel } from "./room.ts";

const channels = new ChannelsServer();
channels.socket("/socket", { channels: { "room:*": RoomChannel } });

const app = new Hono();
app.post("/rooms/:name/news", async (context) => {
  const { text } = await context.req.json<{ text?: unknown }>();
  const said = { user: "the newsroom", text: String(text) };
  channels.broadcast(`room:${context.req.param("name")}`, "said", said);
  return context.body(null, 202);
});

const listener = getRequestListener(app.fetch);
const http = createServer((request, response) => {
  // Long polling; everything else is the app's.
  if (!channels.handleRequest(request, response)) void listener(request, response);
});
channels.attach(http);
http.listen(Number(process.env["PORT"] ?? 4000), () => {
  console.log(`listening on ${(http.address() as AddressInfo).port}`);
});

process.once("SIGTERM", () => {
  http.close();
  void channels.close();
});
