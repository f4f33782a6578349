// `@slipstream/server` with its defaults, but for how much one client may say in a second.
import { ChannelsServer, noreply, ok, reply } from "@slipstream/server";
import { NO_LIMIT, PAYLOAD, TOPIC, type ServerSide } from "./server-side.ts";

export async function startSlipstream(): Promise<ServerSide> {
  const server = new ChannelsServer({ maxMessageRate: NO_LIMIT, maxJoinRate: NO_LIMIT });
  server.socket("/socket", {
    channels: {
      "room:*": {
        join: () => ok(),
        handleIn: {
          echo: (payload: unknown) => reply(payload),
          say: () => {
            broadcast();
            return noreply();
          },
        },
      },
    },
  });
  const broadcast = (): void => server.broadcast(TOPIC, "message", PAYLOAD);
  const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
  return {
    port,
    broadcast,
    close: () => server.close(),
  };
}
