// The server that any client can be tried against: the sockets of phoenix/ and GET /stats.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import {
  accept,
  ChannelsServer,
  refuse,
  type Accepted,
  type ConnectRequest,
  type Logger,
  type Refused,
} from "@slipstream/server";
import { HandlerTimes } from "@slipstream/server/telemetry";
import { PresenceChannel } from "./presence-channel.ts";
import { roomChannel, type InteropAssigns } from "./room-channel.ts";

export interface InteropServerOptions {
  /** 0 for any port that is free. */
  readonly port: number;
  /** Where crashes that were asked for are written. Left out: nowhere. */
  readonly logger?: Logger;
}

export interface InteropServer {
  readonly port: number;
  /** Such as "http://127.0.0.1:4100". */
  readonly url: string;
  readonly channels: ChannelsServer;
  /** Ends everything: clients get 1012, over `drain` ms. */
  close(drain?: number): Promise<void>;
}

/** Starts on loopback. */
export async function startInteropServer({
  port,
  logger,
}: InteropServerOptions): Promise<InteropServer> {
  const channels = new ChannelsServer({ logger: logger ?? false });
  const socket = {
    connect,
    id: ({ user }: InteropAssigns) => (user === null ? null : `user:${user}`),
    channels: { "room:*": roomChannel(channels), "presence:*": PresenceChannel },
  };
  channels.socket("/socket", { ...socket, compress: true });
  channels.socket("/tiny", { ...socket, idleTimeout: 2_000 });
  channels.socket("/limited", { ...socket, maxPayload: 64 * 1024 });

  const times = new HandlerTimes(channels);
  const http = createServer((request, response) => answer(channels, times, request, response));
  channels.attach(http);
  await new Promise<void>((resolve, reject) => {
    http.once("error", reject);
    http.listen(port, "127.0.0.1", () => {
      http.off("error", reject);
      resolve();
    });
  });
  const listening = (http.address() as AddressInfo).port;
  return {
    port: listening,
    url: `http://127.0.0.1:${listening}`,
    channels,
    async close(drain = 0): Promise<void> {
      const released = new Promise<void>((resolve) => http.close(() => resolve()));
      await channels.close({ drain });
      times.stop();
      http.closeAllConnections();
      await released;
    },
  };
}

function connect({
  params,
  headers,
  url,
  peer,
}: ConnectRequest): Accepted<InteropAssigns> | Refused {
  const { token, user } = params;
  if (token === "bad" || token === "err") return refuse(403);
  if (token === "raise") throw new Error("A crash of connect was asked for.");
  return accept({
    user: typeof user === "string" ? user : null,
    about: {
      params,
      peer: `${peer.address}:${peer.port}`,
      uri: url.href,
      x_headers: Object.fromEntries(
        Object.entries(headers).flatMap(([name, value]) =>
          name.startsWith("x-") ? [[name, String(value)]] : [],
        ),
      ),
    },
  });
}

function answer(
  channels: ChannelsServer,
  times: HandlerTimes,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (channels.handleRequest(request, response)) return;
  if (request.url === "/stats") {
    response.setHeader("Content-Type", "application/json; charset=utf-8");
    const { rss: memory } = process.memoryUsage();
    const stats = { ...channels.stats(), memory, slowestHandlers: times.slowest() };
    response.end(JSON.stringify(stats));
    return;
  }
  response.writeHead(404, { "Content-Type": "text/plain; charset=utf-8" }).end("not found");
}
