// Long polling as users make it: its options, checked and filled in.
import { systemClock, type Clock } from "../clock.ts";
import type { Dial } from "../transport.ts";
import type { Fetch } from "./fetch.ts";
import { LongPollTransport, type LongPollSettings } from "./long-poll-transport.ts";
import type { TokenPlace } from "./target.ts";
import { checkDelay, checkNames, TransportOptionError } from "./transport-option-error.ts";

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

/**
 * Makes a transport over Phoenix's long polling, for `transport`. The socket's URL is the same as for
 * WebSockets.
 * @throws {TransportOptionError} naming the first option that cannot be used.
 *
 * @example
 * ```ts
 * import { longPoll } from "@slipstream/client/longpoll";
 *
 * const socket = new Socket("wss://example.org/socket", { transport: longPoll() });
 * ```
 */
export function longPoll(options: LongPollOptions = {}): Dial {
  checkNames(options, ["fetch", "requestTimeout", "token", "clock"]);
  const settings: LongPollSettings = {
    fetch: options.fetch ?? ((url, init) => globalThis.fetch(url, init)),
    requestTimeout: options.requestTimeout ?? 20_000,
    token: options.token ?? "query",
    clock: options.clock ?? systemClock,
  };
  checkDelay("requestTimeout", settings.requestTimeout);
  if (typeof settings.fetch !== "function") throw new TransportOptionError("fetch", "a function");
  if (settings.token !== "query" && settings.token !== "header") {
    throw new TransportOptionError("token", '"query" or "header"');
  }
  return (request, events) => new LongPollTransport(request, events, settings);
}
