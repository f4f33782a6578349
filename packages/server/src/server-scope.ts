// What all connections of one server share.
import type { Activity } from "./activity.ts";
import type { Counters } from "./counters.ts";
import type { Logger } from "./logger.ts";
import type { PubSub } from "./pub-sub.ts";

export interface ServerScope {
  readonly counters: Counters;
  readonly pubSub: PubSub;
  readonly logger: Logger;
  readonly activity: Activity;
}
