// The process of the server: one HTTP server with a Channels server for each client, so that what is
// counted is known to be of which. Its argument: the bounds.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  accept,
  ChannelsServer,
  type Accepted,
  type ConnectRequest,
  type ServerStats,
} from "@slipstream/server";
import { LabChannel } from "./lab-channel.ts";
import { limitsOf, type Bounds } from "./options.ts";
import { ROLES, type FromServer, type Role, type ToServer } from "./protocol.ts";

const [bounds = "on"] = process.argv.slice(2);

const http = createServer();
const servers = ROLES.map((role): readonly [Role, ChannelsServer] => {
  const server = new ChannelsServer({ logger: false, ...limitsOf(bounds as Bounds) });
  server.socket(`/${role}`, { connect: arrived, channels: { "room:*": LabChannel } });
  server.attach(http);
  return [role, server];
});

/** The TCP connections that this process holds, by the client's port. */
const ports = new Set<number>();
let arrivals: [string, number][] = [];

http.on("connection", (socket) => {
  const { remotePort = 0 } = socket;
  ports.add(remotePort);
  socket.on("close", () => ports.delete(remotePort));
});

/** Lets everybody in, and notes from which port which life came. */
function arrived({ url, peer }: ConnectRequest): Accepted<object> {
  const life = url.searchParams.get("life");
  if (life !== null) arrivals.push([life, peer.port]);
  return accept({});
}

function look(): FromServer {
  const seen = arrivals;
  arrivals = [];
  const stats = Object.fromEntries(servers.map(([role, server]) => [role, server.stats()]));
  return {
    type: "look",
    ports: [...ports],
    arrivals: seen,
    stats: stats as Record<Role, ServerStats>,
    memory: process.memoryUsage.rss(),
  };
}

function tell(message: FromServer): void {
  if (process.connected) process.send?.(message);
}

process.on("message", (_message: ToServer) => tell(look()));
process.on("disconnect", () => process.exit());
process.on("SIGINT", () => {});
http.listen(0, "127.0.0.1", () => {
  tell({ type: "listening", port: (http.address() as AddressInfo).port });
});
