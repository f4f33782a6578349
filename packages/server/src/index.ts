// The whole of @slipstream/server.
export { ChannelsServer } from "./server.ts";
export type { ListenOptions } from "./handshake/listening.ts";
export type { CloseOptions, ServerOptions, ServerStats } from "./server-options.ts";
export type { AdapterEvents, ClusterAdapter, ClusterLink } from "./cluster/adapter.ts";
export type { ClusterStats } from "./cluster/cluster.ts";
export { inProcess } from "./cluster/in-process.ts";
export type { ClusterOptions } from "./cluster-options.ts";
export { ChannelPresence } from "./presence/channel-presence.ts";
export type { PresenceMeta } from "./presence/meta.ts";
export type { Meta, PresenceDiff, PresenceList } from "./presence/presence-table.ts";
export type { ConnectRequest, SocketDefinition } from "./endpoint.ts";
export type { ConnectParam, ConnectParams } from "./handshake/connect-params.ts";
export {
  Channel,
  type ChannelClass,
  type ChannelDefinition,
  type ChannelObject,
  type HandleInResult,
  type HandleResult,
  type JoinResult,
  type PushHandlers,
} from "./channel/channel.ts";
export {
  ChannelContext,
  type ChannelSocket,
  type LateReply,
  type Seat,
} from "./channel/channel-context.ts";
export type { DrainOptions } from "./channel/drain-options.ts";
export type {
  ChannelTypes,
  IncomingPush,
  Info,
  JoinParams,
  JoinResponse,
  MessageEvent,
  MessagePayload,
  OutgoingMessage,
  PushEvent,
  PushPayload,
  PushReply,
  Served,
  Untyped,
} from "./channel/channel-types.ts";
export { defineChannel, JsonText, type ChannelSchema, type SchemaParts } from "@slipstream/core";
export {
  accept,
  deny,
  noreply,
  ok,
  refuse,
  reply,
  stop,
  type Accepted,
  type Awaitable,
  type Denied,
  type NoReply,
  type Ok,
  type Refused,
  type Reply,
  type Stop,
} from "./channel/results.ts";
export type { Stats } from "./counters.ts";
export type {
  ChannelEnd,
  ChannelEndType,
  ConnectionEnd,
  ConnectionEndType,
  JoinOutcome,
  RateLimit,
  UpgradeRefusal,
} from "./end-reason.ts";
export {
  ChannelsServerError,
  InvalidMessageError,
  InvalidResultError,
  ListenError,
  OptionError,
  ReservedEventError,
  ServerClosedError,
  UnhandledEventError,
} from "./errors.ts";
export { DEFAULT_LIMITS, type Limits } from "./limits.ts";
export { consoleLogger, type Logger } from "./logger.ts";
export type { Origins } from "./handshake/origin.ts";
export { METRICS_TYPE, metricsText } from "./metrics.ts";
