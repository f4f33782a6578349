// What all connections of one server share.
import type { Activity } from "./activity.ts";
import type { Counters } from "./counters.ts";
import type { Logger } from "./logger.ts";
import type { PubSub } from "./pub-sub.ts";

export interface ServerScope {
  readonly counters: Counters;
  readonly pubSub: PubSub;
  /** Never throws. */
  readonly logger: Required<Pick<Logger, "error">>;
  readonly activity: Activity;
}
