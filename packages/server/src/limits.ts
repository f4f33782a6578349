// The bounds that every connection has, their defaults and their checks.
import { OptionError } from "./errors.ts";

/**
 * What one connection may cost. Each can be set for the whole server and again for one socket.
 * Times are in ms, sizes in bytes.
 */
export interface Limits {
  /** The largest message that a client may send. A larger one ends the connection with 1009. */
  readonly maxPayload: number;
  /** The channels of one connection. Another join is answered "too many channels joined". */
  readonly maxChannels: number;
  /**
   * The messages of one channel that may wait while a handler is at work. One more ends the channel
   * with phx_error, and the reason `overflow`.
   */
  readonly maxQueued: number;
  /**
   * The bytes of a connection's messages that may wait in all its channels together. The channel for
   * which there is no room ends as with `maxQueued`. One message may wait, whatever its size.
   */
  readonly maxQueuedBytes: number;
  /**
   * The bytes that may wait to be sent to one client. Whoever sends when more than this waits
   * has a client that does not read: its connection is reset, with the reason `overflow`.
   */
  readonly maxBuffered: number;
  /** The time that a request's headers, and then `connect`, may each take. */
  readonly connectTimeout: number;
  /** A connection from which nothing came for this long is closed with 1000. Infinity for never. */
  readonly idleTimeout: number;
  /** A client that takes nothing of what waits for it for this long is reset, as `sendTimeout`. */
  readonly sendTimeout: number;
  /** How long a long poll waits for a message. A session without a poll lives half as long again. */
  readonly pollWindow: number;
  /** How long each step of ending a connection may take before it is reset. */
  readonly closeTimeout: number;
  /**
   * A callback that takes longer than this ends its channel with phx_error, and the reason
   * `handlerTimeout`. Nobody can stop it: until it returns it takes up one of `maxChannels`.
   */
  readonly handlerTimeout: number;
  /**
   * The messages that a client may send in a second, over all its channels; as many again may come
   * at once. Who sends more is closed with 1008, and the reason `rateLimited`. Infinity for any number.
   * The default lets a service on a fast network say what it can; for the public, set it lower.
   */
  readonly maxMessageRate: number;
  /** The same for joins alone. */
  readonly maxJoinRate: number;
  /**
   * The bytes that the messages of a client may unfold to in a second, where compression was agreed on
   * (see `compress`); as many again, or `maxPayload`, may come at once. Who sends more is closed with
   * 1008, read no more, and reset after `closeTimeout`; the reason is `rateLimited`. Infinity for any
   * number.
   */
  readonly maxInflateRate: number;
  /** The connections of a socket on this node. Another is answered 503. Infinity for any number. */
  readonly maxConnections: number;
  /** The same for each client address (see `addressOf`). Another is answered 429. */
  readonly maxConnectionsPerAddress: number;
  /** How often one address may connect in a second. More is answered 429. */
  readonly maxConnectsPerAddress: number;
}

/** The limits of a server that names none. Those that Phoenix has too are Phoenix's. */
export const DEFAULT_LIMITS: Limits = {
  maxPayload: 16 * 1024 * 1024,
  maxChannels: 100,
  maxQueued: 1_000,
  maxQueuedBytes: 16 * 1024 * 1024,
  maxBuffered: 16 * 1024 * 1024,
  connectTimeout: 10_000,
  idleTimeout: 60_000,
  sendTimeout: 30_000,
  pollWindow: 10_000,
  closeTimeout: 5_000,
  handlerTimeout: 60_000,
  maxMessageRate: 100_000,
  maxJoinRate: 200,
  maxInflateRate: 32 * 1024 * 1024,
  maxConnections: Infinity,
  maxConnectionsPerAddress: Infinity,
  maxConnectsPerAddress: Infinity,
};

/** The names of all limits. */
export const LIMITS: readonly string[] = Object.keys(DEFAULT_LIMITS);

/** Timers of all runtimes can wait for 2^31 - 1 ms, over 24 days. */
const LONGEST = 2 ** 31 - 1;

/** `base` with what `chosen` says. @throws {OptionError} A value that cannot be a limit. */
export function withLimits(base: Limits, chosen: Partial<Limits>): Limits {
  const limits: Record<keyof Limits, number> = { ...base };
  for (const name of Object.keys(DEFAULT_LIMITS) as (keyof Limits)[]) {
    const value = chosen[name];
    if (value !== undefined) limits[name] = check(name, value);
  }
  return limits;
}

function check(name: keyof Limits, value: number): number {
  switch (name) {
    case "maxPayload":
    case "maxChannels":
    case "maxQueued":
    case "maxQueuedBytes":
    case "maxBuffered":
      if (Number.isSafeInteger(value) && value > 0 && value <= LONGEST) return value;
      throw new OptionError(name, value, `a whole number from 1 to ${LONGEST}`);
    case "connectTimeout":
    case "closeTimeout":
    case "pollWindow":
      if (isDuration(value)) return value;
      throw new OptionError(name, value, `a number of ms above 0 and up to ${LONGEST}`);
    case "maxConnections":
    case "maxConnectionsPerAddress":
      if (value === Infinity || (Number.isSafeInteger(value) && value > 0)) return value;
      throw new OptionError(name, value, "a whole number of at least 1, or Infinity");
    case "maxMessageRate":
    case "maxJoinRate":
    case "maxInflateRate":
    case "maxConnectsPerAddress":
      if (typeof value === "number" && value > 0) return value;
      throw new OptionError(name, value, "a number above 0, or Infinity");
    case "idleTimeout":
    case "sendTimeout":
    case "handlerTimeout":
      if (isDuration(value) || value === Infinity) return value;
      throw new OptionError(
        name,
        value,
        `a number of ms above 0 and up to ${LONGEST}, or Infinity`,
      );
  }
}

function isDuration(value: number): boolean {
  return typeof value === "number" && value > 0 && value <= LONGEST;
}
