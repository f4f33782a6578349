// The options of npm phoenix's Socket: their types, and what our own client makes of them.
import {
  backoff,
  PHOENIX_REJOIN,
  tableDelay,
  type ChannelEndReason,
  type EndReason,
} from "@slipstream/core";
import type { SocketOptions } from "@slipstream/client/engine";
import type { Loose } from "./loose.ts";
import { numbered } from "./params.ts";
import type { Decode, Encode } from "./serializer.ts";
import type { TransportClass } from "./transports.ts";

export type BinaryType = "arraybuffer" | "blob";
export type Log = (kind: string, message: string, data: Loose) => void;

/** All times are in ms. */
export interface SocketConnectOption {
  /** A token that travels in a subprotocol, as Phoenix 1.8 takes it; or a function that gives it, which may be async. */
  readonly authToken: string | (() => string | PromiseLike<string>);
  readonly binaryType: BinaryType;
  /** Sent in the URL's query; or a function that gives it anew for each attempt, which may be async. */
  readonly params: object | (() => object | PromiseLike<object>);
  /** What carries the frames: a class like WebSocket, or `LongPoll`. Default: `ws` on Node, elsewhere the platform's WebSocket. */
  readonly transport: TransportClass;
  /** How long pushes, joins and leaves wait for their answers. Default: 10,000. */
  readonly timeout: number;
  /** How often the server is asked for a sign of life. It has as long to give one, 10 s at most. Default: 30,000. */
  readonly heartbeatIntervalMs: number;
  /** How long a WebSocket may take to open and to be answered, before long polling is tried. Default: it never is. */
  readonly longPollFallbackMs: number | undefined;
  /** How long a request of long polling may take. Default: 20,000. */
  readonly longpollerTimeout: number;
  readonly encode: Encode;
  readonly decode: Decode;
  readonly logger: Log;
  /** Ms until the next attempt to connect, or false for none. `tries` is 1 for the first. */
  readonly reconnectAfterMs: (tries: number, cause: EndReason) => number | false;
  /** Ms until a channel that was refused, crashed or not answered joins again, or false for never. */
  readonly rejoinAfterMs: (tries: number, cause: ChannelEndReason) => number | false;
  /** The version of the protocol. Default: "2.0.0". */
  readonly vsn: string;
  /** Logs to the console. */
  readonly debug: boolean;
  /** Where it is remembered for which host to fall back. Default: the page's `sessionStorage`. */
  readonly sessionStorage: object;
  /** Awaited before each attempt but the first. */
  readonly beforeReconnect: () => unknown;
  /** False where the program calls `sendHeartbeat` itself, at its own times. Default: true. */
  readonly autoSendHeartbeat: boolean;
  /** Told "sent", "ok" with the latency, "timeout", and "disconnected". */
  readonly heartbeatCallback: (status: string, latency?: number) => unknown;
}

/** npm phoenix's default: 1, 2, 5, and from then on 10 s. */
export const rejoinAfter = (tries: number): number =>
  tableDelay(PHOENIX_REJOIN, tries - 1, 0, Math.random);

/** When the client itself tries again, in ms. */
export const reconnectAfter = (tries: number): number => backoff(tries - 1, Math.random);

/** What the session does by option. Whatever a socket shows of this is asked for anew each time. */
export interface Asked {
  readonly timeout: number;
  readonly heartbeatIntervalMs: number;
  readonly autoSendHeartbeat: boolean;
  readonly longPollFallbackMs: number | undefined;
  readonly params: () => unknown;
  readonly authToken: () => unknown;
  readonly reconnectAfterMs: SocketConnectOption["reconnectAfterMs"] | undefined;
  readonly rejoinAfterMs: SocketConnectOption["rejoinAfterMs"];
  readonly beforeReconnect: (() => unknown) | undefined;
}

/** How long the server may take to give a sign of life, at most. */
const SIGN_OF_LIFE = 10_000;
const CONNECT = 10_000;

/** The same, in the options of our own client. */
export function clientOptions(asked: Asked): SocketOptions {
  const { timeout, heartbeatIntervalMs: interval, reconnectAfterMs, beforeReconnect } = asked;
  let attempts = 0;
  return {
    pushTimeout: timeout,
    joinTimeout: timeout,
    connectTimeout: CONNECT + (asked.longPollFallbackMs ?? 0),
    heartbeat: {
      interval: asked.autoSendHeartbeat ? interval : Infinity,
      timeout: Math.min(interval, SIGN_OF_LIFE),
    },
    params: async () => {
      attempts += 1;
      if (attempts > 1) await beforeReconnect?.();
      return numbered(await asked.params());
    },
    // What is nothing is no token.
    authToken: async () => ((await asked.authToken()) || undefined) as string,
    // Where a function says nothing, it is as if there were none.
    ...(reconnectAfterMs && {
      reconnect: (attempt: number, cause: EndReason) =>
        reconnectAfterMs(attempt + 1, cause) ?? reconnectAfter(attempt + 1),
    }),
    rejoin: (attempt: number, cause: ChannelEndReason) =>
      isFinal(cause)
        ? false
        : (asked.rejoinAfterMs(attempt + 1, cause) ?? rejoinAfter(attempt + 1)),
    telemetry: false,
  };
}

/** A channel that the server has closed is closed; what cannot be sent will not be the next time. */
function isFinal({ type }: ChannelEndReason): boolean {
  return type === "closed" || type === "unsendable" || type === "duplicate";
}
