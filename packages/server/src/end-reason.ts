// Why connections and channels end: two closed sets, so that whoever counts can always say why.
import type { DecodeErrorCode } from "@slipstream/core";

/** Why a connection ended. Each ends for exactly one reason: the first that became known. */
export type ConnectionEnd =
  /** The client sent a close frame. 1005 stands for one without a code (RFC 6455 7.1.5). */
  | { readonly type: "closedByRemote"; readonly code: number }
  /** TCP ended without a close frame. */
  | { readonly type: "connectionLost" }
  /** Nothing came for `idleTimeout`; closed with 1000. */
  | { readonly type: "idleTimeout" }
  /** The client broke the WebSocket protocol or `maxPayload`; `code` is what it was told: 1002, 1007, 1009. */
  | { readonly type: "protocolError"; readonly code: number }
  /** A frame that is no message of Phoenix Channels; closed with 1011. */
  | { readonly type: "malformedMessage"; readonly error: DecodeErrorCode }
  /** It sent more than a limit allows; closed with 1008. */
  | { readonly type: "rateLimited"; readonly limit: RateLimit }
  /** More than `maxBuffered` bytes waited to be sent; reset. */
  | { readonly type: "overflow" }
  /** The client took nothing of what waited for it for `sendTimeout`; reset. */
  | { readonly type: "sendTimeout" }
  /** `server.close()`; closed with 1012. */
  | { readonly type: "drained" }
  /** `server.disconnect(id)`; closed with 1000. */
  | { readonly type: "disconnected" }
  /** A channel called `socket.close(code)`. */
  | { readonly type: "closedByChannel"; readonly code: number }
  /** A channel called `socket.drop()`; reset. */
  | { readonly type: "dropped" };

/** The limits of what a client may send in a second. */
export type RateLimit = "maxMessageRate" | "maxJoinRate" | "maxInflateRate";

/** Why a channel, once joined, ended. Handed to `terminate`. */
export type ChannelEnd =
  /** The connection ended, or began to. */
  | { readonly type: "closed" }
  /** The client left. */
  | { readonly type: "left" }
  /** A callback returned `stop(reason)`. */
  | { readonly type: "stopped"; readonly reason: string }
  /** A callback threw, or what it returned could not be sent. */
  | { readonly type: "crashed"; readonly cause: unknown }
  /** More than `maxQueued` messages waited. */
  | { readonly type: "overflow" }
  /** A callback took longer than `handlerTimeout`. */
  | { readonly type: "handlerTimeout" }
  /** The same client joined the topic again. */
  | { readonly type: "duplicateJoin" };

/** The names of the reasons, for counters. */
export type ConnectionEndType = ConnectionEnd["type"];
export type ChannelEndType = ChannelEnd["type"];

/** Why an upgrade was not granted. */
export type UpgradeRefusal =
  /** No socket has the path: 404. */
  | "unknownPath"
  /** Not a WebSocket handshake: 400 or 405. */
  | "badRequest"
  /** A web page of another origin: 403. See `origins`. */
  | "forbiddenOrigin"
  /** There are `maxConnections`: 503. */
  | "full"
  /** The address has `maxConnectionsPerAddress`, or connects too often: 429. */
  | "addressLimited"
  /** A `vsn` that is neither 1.0 nor 2.0: 403. */
  | "unsupportedVersion"
  /** A query that cannot be read, or is too large or too deep: 400. */
  | "badParams"
  /** `connect` said so. */
  | "refused"
  /** `connect` threw: 500. */
  | "connectFailed"
  /** `connect` took longer than `connectTimeout`: 503. */
  | "connectTimeout"
  /** The server is closing: 503. */
  | "closing"
  /** The client went away before it was answered. */
  | "abandoned";

/** How a join was answered. */
export type JoinOutcome =
  | "ok"
  /** The channel said so. */
  | "denied"
  /** `join` threw. */
  | "crashed"
  /** No channel has the topic. */
  | "unmatched"
  /** The connection has `maxChannels`. */
  | "tooMany"
  /** The connection ended before `join` did, or `handlerTimeout` was over. */
  | "abandoned";
