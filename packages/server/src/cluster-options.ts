// The options that make a server a node of a cluster, and their checks.
import type { ClusterAdapter } from "./cluster/adapter.ts";
import { DEFAULT_CLUSTER_TIMES, type ClusterTimes } from "./cluster/cluster.ts";
import { OptionError } from "./errors.ts";

export interface ClusterOptions {
  /**
   * Carries broadcasts, presences and `disconnect(id)` to the other nodes: `redis(…)` of
   * `@slipstream/server/redis`, `nats(…)` of `@slipstream/server/nats`, or one of your own. Left
   * out, this server is alone.
   */
  readonly cluster?: ClusterAdapter;
  /** How often this node says that it lives, in ms. The same on all nodes. Default: 5,000. */
  readonly clusterInterval?: number;
  /**
   * A node that is silent for this long is taken for dead, and its presences are over, in ms. At
   * least twice the interval. Default: 15,000.
   */
  readonly clusterTimeout?: number;
}

/** The same, checked; null for a server that is alone. */
export interface ClusterChoice {
  readonly adapter: ClusterAdapter;
  readonly times: ClusterTimes;
}

/** @throws {OptionError} */
export function clusterOptions({
  cluster,
  clusterInterval: interval = DEFAULT_CLUSTER_TIMES.interval,
  clusterTimeout: timeout = Math.max(DEFAULT_CLUSTER_TIMES.timeout, 3 * interval),
}: ClusterOptions): ClusterChoice | null {
  if (cluster === undefined) return null;
  if (typeof (cluster as { open?: unknown } | null)?.open !== "function") {
    throw new OptionError("cluster", cluster, "an adapter, such as redis(…)");
  }
  if (!(interval > 0 && interval < 2 ** 31)) {
    throw new OptionError("clusterInterval", interval, "a number of ms above 0");
  }
  if (!(timeout >= 2 * interval)) {
    throw new OptionError("clusterTimeout", timeout, "at least twice clusterInterval");
  }
  return { adapter: cluster, times: { interval, timeout } };
}
