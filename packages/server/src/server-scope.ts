// What all connections of one server share.
import type { Activity } from "./activity.ts";
import type { Counters } from "./counters.ts";
import type { Logger } from "./logger.ts";
import type { Presences } from "./presence/presences.ts";
import type { PubSub } from "./pub-sub.ts";

export interface ServerScope {
  readonly counters: Counters;
  readonly pubSub: PubSub;
  readonly presences: Presences;
  /** Never throws. */
  readonly logger: Required<Pick<Logger, "error">>;
  readonly activity: Activity;
}
