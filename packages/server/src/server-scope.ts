// What all connections of one server share.
import { Activity } from "./activity.ts";
import type { Counters } from "./counters.ts";
import type { Logger } from "./logger.ts";
import { LoopTurn } from "./loop-turn.ts";
import type { Presences } from "./presence/presences.ts";
import type { PubSub } from "./broadcast/pub-sub.ts";

export interface ServerScope {
  /** The server itself, for whoever is told of it. */
  readonly server: object;
  readonly counters: Counters;
  readonly pubSub: PubSub;
  readonly presences: Presences;
  /** Never throws. */
  readonly logger: Required<Pick<Logger, "error">>;
  /** Callbacks of channels at work. */
  readonly activity: Activity;
  /** Requests that are being answered. */
  readonly answers: Activity;
  readonly loopTurn: LoopTurn;
}

/** What a server has at its beginning. */
export function serverScope(
  server: object,
  counters: Counters,
  pubSub: PubSub,
  presences: Presences,
  logger: ServerScope["logger"],
): ServerScope {
  return {
    server,
    counters,
    pubSub,
    presences,
    logger,
    activity: new Activity(),
    answers: new Activity(),
    loopTurn: new LoopTurn(),
  };
}
