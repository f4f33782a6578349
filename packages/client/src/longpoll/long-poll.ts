// Long polling as users make it: its options, checked and filled in.
import { systemClock } from "../clock.ts";
import type { Dial } from "../transport.ts";
import type { LongPollOptions, LongPollSettings } from "./long-poll-options.ts";
import { LongPollTransport } from "./long-poll-transport.ts";
import { checkDelay, checkNames, TransportOptionError } from "./transport-option-error.ts";

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
