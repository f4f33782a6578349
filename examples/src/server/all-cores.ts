// All cores of one machine: Node's cluster module shares the port among workers, and Redis makes one
// server of them. A worker that dies is replaced; SIGTERM drains all of them.
//
// The cluster module gives each new TCP connection to the next worker, and so each poll of a session
// of long polling to another one, where nobody knows it. Long polling needs a client to come back to
// its worker: give each worker a port of its own, with a proxy in front that chooses by the client's
// address or by a cookie (not by the token: a session has none before its first answer).
import cluster from "node:cluster";
import { availableParallelism } from "node:os";
import { ChannelsServer } from "@slipstream/server";
import { redis } from "@slipstream/server/redis";
import { RoomChannel } from "./room.ts";

if (cluster.isPrimary) lead();
else await serve();

function lead(): void {
  let ending = false;
  const workers = Number(process.env["WORKERS"] ?? availableParallelism());
  for (let worker = 0; worker < workers; worker++) cluster.fork();
  cluster.on("exit", () => {
    if (!ending) cluster.fork();
  });
  process.once("SIGTERM", () => {
    ending = true;
    for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill("SIGTERM");
  });
}

async function serve(): Promise<void> {
  const channels = new ChannelsServer({
    cluster: redis(process.env["REDIS_URL"] ?? "redis://127.0.0.1:6379"),
  });
  channels.socket("/socket", { channels: { "room:*": RoomChannel } });
  await channels.ready();
  const { port } = await channels.listen({ port: Number(process.env["PORT"] ?? 4000) });
  console.log(`worker ${process.pid} listening on ${port}`);
  process.once("SIGTERM", () => {
    const drain = Number(process.env["DRAIN"] ?? 10_000);
    void channels.close({ drain }).then(() => process.disconnect());
  });
}
