// @slipstream/server/nats: nodes that talk over NATS.
import type { NodeConnectionOptions } from "@nats-io/transport-node";
import type { AdapterEvents, ClusterAdapter, ClusterLink } from "../cluster/adapter.ts";
import { NatsLink } from "./nats-link.ts";

export interface NatsClusterOptions {
  /** The subject that all nodes share: one name for each cluster. Default: "slipstream". */
  readonly subject?: string;
  /** Bytes that may wait for a NATS that does not take them; more are lost. Default: 16 MiB. */
  readonly maxBuffered?: number;
  /** Whatever else the library is to know: credentials, TLS, a name. */
  readonly nats?: NodeConnectionOptions;
}

/**
 * Connects the nodes of a cluster by NATS. A NATS that is away is tried again for as long as it
 * takes. A message larger than the server's `max_payload` (1 MiB by default) is lost, and counted.
 *
 * @param servers such as `nats://localhost:4222`, or several.
 * @example
 * ```ts
 * import { ChannelsServer } from "@slipstream/server";
 * import { nats } from "@slipstream/server/nats";
 *
 * const server = new ChannelsServer({ cluster: nats("nats://localhost:4222") });
 * await server.ready();
 * ```
 */
export function nats(servers: string | string[], options: NatsClusterOptions = {}): ClusterAdapter {
  const { subject = "slipstream", maxBuffered = 16 * 1024 * 1024 } = options;
  const connection: NodeConnectionOptions = {
    timeout: 5_000,
    pingInterval: 10_000,
    maxPingOut: 1,
    reconnectTimeWait: 250,
    reconnectJitter: 1_000,
    ...options.nats,
    servers,
    // Without an end: it is for the node's user to give up.
    maxReconnectAttempts: -1,
  };
  return {
    open: (events: AdapterEvents): ClusterLink =>
      new NatsLink({ connection, subject, maxBuffered }, events),
  };
}
