// @slipstream/server/redis: nodes that talk over Redis publish and subscribe.
import { Redis, type RedisOptions } from "ioredis";
import type { AdapterEvents, ClusterAdapter, ClusterLink } from "../cluster/adapter.ts";
import { checkMaxBuffered, checkText } from "../cluster/broker-options.ts";
import { OptionError } from "../errors.ts";
import { checkKnown } from "../option-checks.ts";
import { RedisLink } from "./redis-link.ts";

export interface RedisClusterOptions {
  /** The channel that all nodes share: one name for each cluster. Default: "slipstream". */
  readonly channel?: string;
  /** Bytes that may wait for a Redis that does not take them; more are lost. Default: 16 MiB. */
  readonly maxBuffered?: number;
  /** Whatever else ioredis is to know: TLS, Sentinel's, a name, a database. */
  readonly redis?: Omit<RedisOptions, "replyMapping">;
}

const URLS = "a URL such as redis://localhost:6379, or rediss://… for TLS";

/**
 * Connects the nodes of a cluster by Redis, with two connections a node: one publishes and one
 * listens. A Redis that is away is tried again for as long as it takes.
 *
 * @param url such as `redis://:password@localhost:6379`, or `rediss:` for TLS.
 * @throws {OptionError}
 * @example
 * ```ts
 * import { ChannelsServer } from "@slipstream/server";
 * import { redis } from "@slipstream/server/redis";
 *
 * const server = new ChannelsServer({ cluster: redis("redis://localhost:6379") });
 * await server.ready();
 * ```
 */
export function redis(url: string, options: RedisClusterOptions = {}): ClusterAdapter {
  checkText("url", url, URLS);
  const scheme = /^([^/]*:)\/\//.exec(url)?.[1];
  if (scheme !== undefined && !["redis:", "rediss:"].includes(scheme)) {
    throw new OptionError("url", url, URLS);
  }
  checkKnown(options, ["channel", "maxBuffered", "redis"]);
  const { channel = "slipstream", maxBuffered = 16 * 1024 * 1024 } = options;
  checkText("channel", channel, "a text that is not empty");
  checkMaxBuffered(maxBuffered);
  const settings: Omit<RedisOptions, "replyMapping"> = {
    connectTimeout: 5_000,
    // A Redis that does not answer is as good as none.
    commandTimeout: 10_000,
    // What was to be said has been by then: it only waits for the other end, which may be gone.
    disconnectTimeout: 250,
    retryStrategy: (attempt: number) => Math.random() * Math.min(5_000, 100 * 2 ** attempt),
    ...options.redis,
    // What was not published at once is lost, and said to be: nothing is kept for later.
    enableOfflineQueue: false,
    // Nobody would ever connect, and nobody would be told.
    lazyConnect: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
  };
  const connect = (): Redis => new Redis(url, settings);
  return {
    open: (events: AdapterEvents): ClusterLink =>
      new RedisLink(connect(), connect(), { channel, maxBuffered }, events),
  };
}
