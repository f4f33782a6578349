// @slipstream/server/nats: nodes that talk over NATS.
import type { NodeConnectionOptions } from "@nats-io/transport-node";
import type { AdapterEvents, ClusterAdapter, ClusterLink } from "../cluster/adapter.ts";
import { checkMaxBuffered, checkText } from "../cluster/broker-options.ts";
import { OptionError } from "../errors.ts";
import { checkKnown } from "../option-checks.ts";
import { NatsLink } from "./nats-link.ts";

export interface NatsClusterOptions {
  /** The subject that all nodes share: one name for each cluster. Default: "slipstream". */
  readonly subject?: string;
  /** Bytes that may wait for a NATS that does not take them; more are lost. Default: 16 MiB. */
  readonly maxBuffered?: number;
  /** Whatever else the library is to know: credentials, TLS, a name. */
  readonly nats?: NodeConnectionOptions;
}

const SERVERS = "an address such as nats://localhost:4222, or several";

/** On a subject with a wildcard nothing can be published: NATS would end the connection. */
const SUBJECT = /^[^\s.*>]+(\.[^\s.*>]+)*$/;

/**
 * Connects the nodes of a cluster by NATS. A NATS that is away is tried again for as long as it
 * takes. A message larger than the server's `max_payload` (1 MiB by default) is lost, and counted.
 *
 * @param servers such as `nats://localhost:4222`, or several.
 * @throws {OptionError}
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
  const all: readonly unknown[] = Array.isArray(servers) ? servers : [servers];
  if (all.length === 0) throw new OptionError("servers", servers, SERVERS);
  for (const server of all) checkText("servers", server, SERVERS);
  checkKnown(options, ["subject", "maxBuffered", "nats"]);
  const { subject = "slipstream", maxBuffered = 16 * 1024 * 1024 } = options;
  checkMaxBuffered(maxBuffered);
  if (typeof subject !== "string" || !SUBJECT.test(subject)) {
    throw new OptionError(
      "subject",
      subject,
      "the name of a subject, without spaces and wildcards",
    );
  }
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
