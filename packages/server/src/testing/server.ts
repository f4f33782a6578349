// A server for one test, ended with it. Vitest itself is only for the tests to import.
import type { ChannelDefinition } from "../channel.ts";
import type { SocketDefinition } from "../endpoint.ts";
import { ChannelsServer, type ServerOptions } from "../server.ts";

export interface Serving {
  readonly server: ChannelsServer;
  readonly port: number;
}

/** Gives one socket, "/socket", with one channel for all topics. Nothing is logged unless a logger is given. */
export type Serve = <A>(
  channel: ChannelDefinition<A>,
  socket?: Partial<SocketDefinition<A>>,
  options?: ServerOptions,
) => Promise<Serving>;

/** @param atEnd Vitest's onTestFinished: the server is closed with its test. */
export function servesUntil(atEnd: (close: () => Promise<void>) => void): Serve {
  return async (channel, socket = {}, options = {}) => {
    const server = new ChannelsServer({ logger: false, closeTimeout: 500, ...options });
    server.socket("/socket", { channels: { "*": channel }, ...socket });
    const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
    atEnd(() => server.close());
    return { server, port };
  };
}
