// What can be said about long polling. Types alone.
import type { Clock } from "../clock.ts";
import type { Fetch } from "./fetch.ts";
import type { TokenPlace } from "./target.ts";

export interface LongPollOptions {
  /** What makes the requests: one that goes through a proxy, or sends cookies to another origin. Default: the platform's. */
  readonly fetch?: Fetch;
  /** How long a request may take, in ms. It must be longer than the server holds a poll, which Phoenix does for 10 s. Default: 20,000. */
  readonly requestTimeout?: number;
  /** Where the session's token travels. "header" keeps it out of logs and needs Phoenix 1.8.10 or newer. Default: "query". */
  readonly token?: TokenPlace;
  /** What wakes it. For tests; the default is the system's clock. */
  readonly clock?: Clock;
}

/** The options with nothing left open. */
export type LongPollSettings = Required<LongPollOptions>;
