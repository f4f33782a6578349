// A server for one test, ended with it.
import { onTestFinished } from "vitest";
import type { ChannelDefinition } from "../channel.ts";
import type { SocketDefinition } from "../endpoint.ts";
import { ChannelsServer, type ServerOptions } from "../server.ts";

export interface Serving {
  readonly server: ChannelsServer;
  readonly port: number;
}

/** One socket, "/socket", with the channel for all topics. Nothing is logged unless a logger is given. */
export async function serve<A>(
  channel: ChannelDefinition<A>,
  socket: Partial<SocketDefinition<A>> = {},
  options: ServerOptions = {},
): Promise<Serving> {
  const server = new ChannelsServer({ logger: false, closeTimeout: 500, ...options });
  server.socket<A>("/socket", { channels: { "*": channel }, ...socket });
  const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
  onTestFinished(() => server.close());
  return { server, port };
}
