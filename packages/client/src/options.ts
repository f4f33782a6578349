// The options of a socket: what they are and what they default to. Types alone.
import type { ChannelEndReason, EndReason, ClientSerializer } from "@slipstream/core";
import type { Clock } from "./clock.ts";
import type { Logger } from "./logger.ts";
import type { Telemetry } from "./telemetry/telemetry.ts";
import type { Dial } from "./transport.ts";

/** A value, or a function that gives it anew at each attempt. It may be async, and it may fail. */
export type Provided<T> = T | (() => T | PromiseLike<T>);

/** Values of the query: nested objects and lists travel as `a[b]=c` and `l[]=1`, as Phoenix reads them. */
export interface Params {
  readonly [name: string]: ParamValue;
}

/** Null and undefined are left out. A query has no way to write objects or lists inside a list. */
export type ParamValue = ParamScalar | readonly ParamScalar[] | Params;
export type ParamScalar = string | number | boolean | null | undefined;

/**
 * When to try again: `false` for never, a table of delays in ms whose last entry repeats, or a
 * function that gets how many retries there were and why one is needed, and returns ms or false.
 */
export type RetryOption<Cause> =
  | false
  | readonly number[]
  | ((attempt: number, cause: Cause) => number | false);

/** What pages may decide about their sockets. */
export interface PageOptions {
  /**
   * Ms after which a page that is hidden, but neither frozen nor left, gives its connection back.
   * Default: never.
   */
  readonly hiddenTimeout?: number;
}

/** All times are in ms, all sizes in bytes. */
export interface SocketOptions {
  /** Sent in the URL's query. A function is called before each attempt to connect. */
  readonly params?: Provided<Params>;
  /** Sent as Phoenix 1.8's auth token, in a subprotocol, so that it stays out of the server's URL logs. */
  readonly authToken?: Provided<string>;
  /** Sent with the upgrade. Browsers cannot send any. */
  readonly headers?: Provided<Readonly<Record<string, string>>>;
  /** The wire format, such as `V1`. Default: the client's half of `V2`. */
  readonly serializer?: ClientSerializer;
  /**
   * What carries the frames, in place of the runtime's own: `longPoll()` or `withFallback()` of
   * `@slipstream/client/longpoll`, a wrapper such as the faults of `@slipstream/client/testing`, or
   * something that is no network at all.
   */
  readonly transport?: Dial;
  /** What time it is and what wakes the socket. For tests; the default is the system's clock. */
  readonly clock?: Clock;
  /** How long one attempt to connect may take, credentials included. Default: 10,000. */
  readonly connectTimeout?: number;
  /** How long a join may wait for its answer. Default: 10,000. */
  readonly joinTimeout?: number;
  /** How long a push may wait for its reply, from the call; its own option overrides it. Default: 10,000. */
  readonly pushTimeout?: number;
  /** How long each wait of a closing handshake may take before the connection is reset. Default: 5,000. */
  readonly closeTimeout?: number;
  /** How often to ask for a sign of life and how long to wait for one. Default: 30,000 and 10,000. */
  readonly heartbeat?: { readonly interval?: number; readonly timeout?: number } | false;
  /** Default: a random moment within 1 s, then in the upper half of a cap that doubles from 2 s to 30 s. */
  readonly reconnect?: RetryOption<EndReason>;
  /** The same for channels that crashed, were closed by the server, or whose rejoin was not answered. */
  readonly rejoin?: RetryOption<ChannelEndReason>;
  /** How much of a table's delays is random, from 0 to 1. Default: 0. */
  readonly jitter?: number;
  /** The largest message that is received. A larger one ends the connection. Default: 16 MiB. */
  readonly maxPayload?: number;
  /** How many pushes may wait in a channel for it to join. More fail as "queueFull". Default: 1,000. */
  readonly maxQueued?: number;
  /**
   * How many pushes of one channel may have been sent and await their reply. More fail as
   * "queueFull". Default: 10,000.
   */
  readonly maxInFlight?: number;
  /** How long `pause()` may keep the connection from being read. Default: 5,000. */
  readonly maxPause?: number;
  /**
   * How many bytes may wait for a network, or a server, that does not take them. While more wait,
   * pushes fail as "queueFull". Default: 16 MiB.
   */
  readonly maxBuffered?: number;
  /**
   * What a socket does when its page is hidden, frozen, left and come back to; `false` for nothing.
   * Where there is no page it means nothing. Default: `{}`.
   */
  readonly page?: PageOptions | false;
  /** Ends the socket, as `disconnect()` does, when it is aborted. */
  readonly signal?: AbortSignal;
  /**
   * Who is told of what the socket does: `telemetry` of `@slipstream/client/telemetry`, or `false` for
   * nobody. Default: on Node that one, elsewhere nobody.
   */
  readonly telemetry?: Telemetry | false;
  /** Where errors, warnings and details go. Default: errors and warnings to the console, on stderr. */
  readonly logger?: Logger;
}
