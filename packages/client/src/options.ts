// The options of a socket: what they are, what they default to, and what is refused.
import { V2, type ChannelEndReason, type EndReason, type Serializer } from "@slipstream/core";
import {
  checkFunctionOrRecord,
  checkFraction,
  checkPositive,
  checkRecord,
  checkRetry,
  checkSignal,
  checkUnknown,
  checkWhole,
} from "./option-checks.ts";
import { OptionError } from "./errors.ts";
import { consoleLogger, type Logger } from "./logger.ts";

/** A value, or a function that gives it anew at each attempt. It may be async, and it may fail. */
export type Provided<T> = T | (() => T | PromiseLike<T>);

/** Values of the query: nested objects and arrays travel as `a[b]=c` and `l[]=1`, as Phoenix reads them. */
export interface Params {
  readonly [name: string]: ParamValue;
}
export type ParamValue =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly ParamValue[]
  | Params;

/**
 * When to try again: `false` for never, a table of delays in ms whose last entry repeats, or a
 * function that gets how many retries there were and why one is needed, and returns ms or false.
 */
export type RetryOption<Cause> =
  | false
  | readonly number[]
  | ((attempt: number, cause: Cause) => number | false);

/** All times are in ms, all sizes in bytes. */
export interface SocketOptions {
  /** Sent in the URL's query. A function is called before each attempt to connect. */
  readonly params?: Provided<Params>;
  /** Sent as Phoenix 1.8's auth token, in a subprotocol, so that it stays out of the server's URL logs. */
  readonly authToken?: Provided<string>;
  /** Sent with the upgrade. Browsers cannot send any. */
  readonly headers?: Provided<Readonly<Record<string, string>>>;
  /** The wire format. Default: `V2`. */
  readonly serializer?: Serializer;
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
  /** How many pushes may wait in a channel for it to join. Default: 1,000. */
  readonly maxQueued?: number;
  /** Ends the socket, as `disconnect()` does, when it is aborted. */
  readonly signal?: AbortSignal;
  /** Where warnings and errors go. Default: errors to the console, nothing else. */
  readonly logger?: Logger;
}

/** The options with nothing left open. */
export interface ResolvedOptions {
  readonly params: Provided<Params>;
  readonly authToken: Provided<string> | undefined;
  readonly headers: Provided<Readonly<Record<string, string>>>;
  readonly serializer: Serializer;
  readonly connectTimeout: number;
  readonly joinTimeout: number;
  readonly pushTimeout: number;
  readonly closeTimeout: number;
  readonly heartbeat: { readonly interval: number; readonly timeout: number } | null;
  readonly reconnect: RetryOption<EndReason> | undefined;
  readonly rejoin: RetryOption<ChannelEndReason> | undefined;
  readonly jitter: number;
  readonly maxPayload: number;
  readonly maxQueued: number;
  readonly signal: AbortSignal | undefined;
  readonly logger: Logger;
}

const KNOWN = [
  "params",
  "authToken",
  "headers",
  "serializer",
  "connectTimeout",
  "joinTimeout",
  "pushTimeout",
  "closeTimeout",
  "heartbeat",
  "reconnect",
  "rejoin",
  "jitter",
  "maxPayload",
  "maxQueued",
  "signal",
  "logger",
] as const satisfies readonly (keyof SocketOptions)[];

/**
 * Fills in the defaults.
 * @param known further options that the runtime's own entry point takes care of.
 * @throws {OptionError} naming the first option that cannot be used.
 */
export function resolveOptions(
  options: SocketOptions,
  known: readonly string[] = [],
): ResolvedOptions {
  checkRecord("options", options);
  checkUnknown(options, [...KNOWN, ...known]);
  const heartbeat = options.heartbeat ?? {};
  if (heartbeat !== false) checkRecord("heartbeat", heartbeat);
  const authToken = options.authToken;
  if (authToken !== undefined && typeof authToken !== "string" && typeof authToken !== "function") {
    throw new OptionError("authToken", authToken, "a string or a function that gives one");
  }
  return {
    params: checkFunctionOrRecord("params", options.params ?? {}),
    authToken,
    headers: checkFunctionOrRecord("headers", options.headers ?? {}),
    serializer: checkSerializer(options.serializer ?? V2),
    connectTimeout: checkPositive("connectTimeout", options.connectTimeout ?? 10_000),
    joinTimeout: checkPositive("joinTimeout", options.joinTimeout ?? 10_000),
    pushTimeout: checkPositive("pushTimeout", options.pushTimeout ?? 10_000),
    closeTimeout: checkPositive("closeTimeout", options.closeTimeout ?? 5_000),
    heartbeat:
      heartbeat === false
        ? null
        : {
            interval: checkPositive("heartbeat.interval", heartbeat.interval ?? 30_000),
            timeout: checkPositive("heartbeat.timeout", heartbeat.timeout ?? 10_000),
          },
    reconnect: checkRetry("reconnect", options.reconnect),
    rejoin: checkRetry("rejoin", options.rejoin),
    jitter: checkFraction("jitter", options.jitter ?? 0),
    maxPayload: checkWhole("maxPayload", options.maxPayload ?? 16 * 1024 * 1024),
    maxQueued: checkWhole("maxQueued", options.maxQueued ?? 1_000),
    signal: checkSignal("signal", options.signal),
    logger: options.logger ?? consoleLogger,
  };
}

function checkSerializer(serializer: Serializer): Serializer {
  const types = [typeof serializer.vsn, typeof serializer.encode, typeof serializer.decode];
  if (types.join() === "string,function,function") return serializer;
  throw new OptionError(
    "serializer",
    serializer,
    "V1, V2, or an object with vsn, encode and decode",
  );
}
