// Channels beside a Fastify app, on one port.
import type { AddressInfo } from "node:net";
import { ChannelsServer } from "@slipstream/server";
import { fastify } from "fastify";
import { RoomChannel } from "./room.ts";

const channels = new ChannelsServer();
channels.socket("/socket", { channels: { "room:*": RoomChannel } });

const app = fastify();
// Long polling, before anything reads the body of a request.
app.addHook("onRequest", async (request, reply) => {
  if (channels.handleRequest(request.raw, reply.raw)) reply.hijack();
});
app.post<{ Params: { name: string }; Body: { text?: unknown } }>(
  "/rooms/:name/news",
  async ({ params, body }, reply) => {
    const said = { user: "the newsroom", text: String(body.text) };
    channels.broadcast(`room:${params.name}`, "said", said);
    return reply.code(202).send();
  },
);
channels.attach(app.server);

await app.listen({ port: Number(process.env["PORT"] ?? 4000), host: "127.0.0.1" });
console.log(`listening on ${(app.server.address() as AddressInfo).port}`);

process.once("SIGTERM", () => {
  void channels.close().then(() => app.close());
});
