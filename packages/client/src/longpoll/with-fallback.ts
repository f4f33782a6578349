// WebSockets where they work, and long polling where they do not: what the two transports do, put
// together. What is concluded from it is verdict.ts's.
import { systemClock, type Clock } from "../clock.ts";
import type { Dial } from "../transport.ts";
import { FallbackTransport, type FallbackSettings } from "./fallback-transport.ts";
import { checkDelay, checkNames, TransportOptionError } from "./transport-option-error.ts";
import { Verdicts, type FallbackStore } from "./verdicts.ts";

export interface FallbackOptions {
  /** How long what goes first may take to open before the other is tried, in ms. It must be less than `connectTimeout`. Default: 5,000. */
  readonly openTimeout?: number;
  /** How long the first message of a connection may wait for any sign of the server, in ms. Default: 5,000. */
  readonly answerTimeout?: number;
  /** After so many WebSockets in a row that did not work, long polling goes first. Default: 2. */
  readonly failures?: number;
  /** How long long polling goes first, in ms, until WebSockets are tried again. Default: 3,600,000. */
  readonly expiry?: number;
  /** Where that is remembered beyond this process or page, such as `sessionStorage`. Default: nowhere. */
  readonly store?: FallbackStore;
  /** What wakes it. For tests; the default is the system's clock. */
  readonly clock?: Clock;
}

const NAMES: readonly (keyof FallbackOptions)[] = [
  "openTimeout",
  "answerTimeout",
  "failures",
  "expiry",
  "store",
  "clock",
];

/**
 * Makes a transport of two, for `transport`: WebSockets, and long polling where WebSockets do not open,
 * or open and die before the server has answered anything. What was found is remembered for each host,
 * and shared by all sockets that are given the same transport.
 * @throws {TransportOptionError} naming the first option that cannot be used.
 *
 * @example
 * ```ts
 * import { dialWs, Socket } from "@slipstream/client";
 * import { longPoll, withFallback } from "@slipstream/client/longpoll";
 *
 * const transport = withFallback(dialWs(), longPoll());
 * const socket = new Socket("wss://example.org/socket", { transport });
 * ```
 */
export function withFallback(webSocket: Dial, longPoll: Dial, options: FallbackOptions = {}): Dial {
  checkNames(options, NAMES);
  for (const [name, dial] of Object.entries({ webSocket, longPoll })) {
    if (typeof dial !== "function") throw new TransportOptionError(name, "a transport");
  }
  const { openTimeout = 5_000, answerTimeout = 5_000, failures = 2 } = options;
  const { expiry = 3_600_000, store, clock = systemClock } = options;
  for (const [name, value] of Object.entries({ openTimeout, answerTimeout, expiry })) {
    checkDelay(name, value);
  }
  if (!Number.isSafeInteger(failures) || failures < 1) {
    throw new TransportOptionError("failures", "a whole number above 0");
  }
  const rules = { failures, expiry };
  const settings: FallbackSettings = {
    dials: { webSocket, longPoll },
    verdicts: new Verdicts(rules, store),
    rules,
    openTimeout,
    answerTimeout,
    clock,
  };
  return (request, events) => new FallbackTransport(request, events, settings);
}
