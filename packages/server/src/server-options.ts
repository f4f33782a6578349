// What a server is given, and what it tells about itself. No behaviour.
import type { ClusterOptions } from "./cluster-options.ts";
import type { ClusterStats } from "./cluster/cluster.ts";
import type { Stats } from "./counters.ts";
import { LIMITS, type Limits } from "./limits.ts";
import type { Logger } from "./logger.ts";

/** The limits of all sockets, the other nodes, and where errors are written. */
export interface ServerOptions extends Partial<Limits>, ClusterOptions {
  /**
   * Told about callbacks that threw, and once for each socket about a page whose origin was refused. By
   * default they are written to standard error.
   */
  readonly logger?: Logger | false;
}

/** What is live and what was counted, on this node. */
export interface ServerStats extends Stats {
  /** Null where there is no cluster. */
  readonly cluster: ClusterStats | null;
}

/** How to close. */
export interface CloseOptions {
  /** Ms over which the clients are told (with 1012), each at a random moment. 0 if left out. */
  readonly drain?: number;
}

/** The names of a server's options. */
export const SERVER_OPTIONS: readonly string[] = [
  "logger",
  "cluster",
  "clusterInterval",
  "clusterTimeout",
  ...LIMITS,
];
