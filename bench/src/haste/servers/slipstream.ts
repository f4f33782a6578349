// Haste with its defaults, but for how many pages one client may open in a second, and for how long
// groups outlive their readers.
import { defineView, createHaste } from "@slipstream/haste/server";
import { postgresSource } from "@slipstream/haste/postgres";
import { accept, ChannelsServer } from "@slipstream/server";
import { NO_LIMIT } from "../../servers/server-side.ts";
import type { HasteServer } from "./haste-server.ts";

/** A tenth of the default: whoever waits until nothing is left waits for it. */
const GRACE = 3_000;

const orders = defineView({
  name: "orders",
  table: "orders",
  columns: { id: "integer", tenant: "integer", amount: "numeric", note: "text" },
  policy: () => true,
});

export async function startSlipstream(connection: string): Promise<HasteServer> {
  const haste = await createHaste({
    source: postgresSource({ connection }),
    views: [orders],
    limits: { maxOpenRate: NO_LIMIT, grace: GRACE },
    logger: { error: (what, error) => process.stderr.write(`${what} ${String(error)}\n`) },
  });
  const server = new ChannelsServer({ maxJoinRate: NO_LIMIT });
  server.socket("/socket", { connect: () => accept({}), channels: { ...haste.channels } });
  const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
  return {
    port,
    look() {
      const { pages, groups, idleGroups, snapshots, retainedChanges, changes } = haste.stats();
      const connections = server.stats().live.websocket;
      return { connections, pages, groups, idleGroups, snapshots, retainedChanges, changes };
    },
  };
}
