// A node in a process of its own, as a user would write it: `node cluster-node.mjs redis URL CHANNEL`.
// Says its port when it can be used, and lives until it is killed.
import { accept, Channel, ChannelsServer, ok, reply } from "@slipstream/server";

const [kind, url, name] = process.argv.slice(2);
const { redis } = await import("@slipstream/server/redis");
const { nats } = await import("@slipstream/server/nats");
const cluster = kind === "redis" ? redis(url, { channel: name }) : nats(url, { subject: name });

class Room extends Channel {
  join() {
    return ok();
  }
  handleIn({ event, payload }) {
    if (event === "here") this.presence.track(this.assigns.user, payload);
    else this.broadcast("said", payload);
    return reply();
  }
}

const server = new ChannelsServer({ cluster, clusterInterval: 200, clusterTimeout: 1_000 });
server.socket("/socket", {
  connect: ({ params }) => accept({ user: params.user }),
  channels: { "*": Room },
});
const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
await server.ready();
process.send(port);
