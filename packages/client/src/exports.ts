// What @slipstream/client exports in every runtime: all but the classes that know what carries their
// frames, which are those of index.ts on Node and of platform/index.ts elsewhere.
export { defineChannel, V1, V2 } from "@slipstream/core";
export {
  PHOENIX_RECONNECT,
  PHOENIX_REJOIN,
  SLIPSTREAM_RECONNECT,
  SLIPSTREAM_REJOIN,
  DecodeError,
  EncodeError,
} from "@slipstream/core";
export type {
  ChannelEndReason,
  ChannelSchema,
  ChannelState,
  ConnectionEnd,
  Counters,
  EndReason,
  Issue,
  PushFailure,
  Reading,
  PushSchema,
  SchemaInput,
  SchemaOutput,
  SchemaParts,
  Serializer,
  ServerTypes,
  SessionState,
  StandardIssue,
  StandardResult,
  StandardSchema,
} from "@slipstream/core";
export type { BaseChannel, LeaveOptions, PushOptions } from "./channel.ts";
export { Channel, type Messages, type MessagesOptions } from "./readable-channel.ts";
export type * from "./channel-types.ts";
export * from "./errors.ts";
export type { AwaitOptions } from "./module/awaits.ts";
export { REPLY_LATER, type Caller } from "./module/call.ts";
export * from "./module/errors.ts";
export type { CallbackName, Reply, TerminateReason } from "./module/mail.ts";
export type { AssignsOption, ModuleOptions } from "./module/options.ts";
export type { ModulePushOptions } from "./module/actions.ts";
export type { BaseSlipstream, ModuleStats } from "./module/slipstream.ts";
export type { ModuleState } from "./module/supervisor.ts";
export type { JoinStatus } from "./module/topics.ts";
export type { AnyTopics, JoinedArguments, MessageArguments } from "./module/types.ts";
export type { Clock, Timer } from "./clock.ts";
export type { Overflow } from "./inbox.ts";
export type { Logger } from "./logger.ts";
export type {
  PageOptions,
  Params,
  ParamValue,
  Provided,
  RetryOption,
  SocketOptions,
} from "./options.ts";
export type { PresenceEntry, PresenceMeta } from "@slipstream/core";
export {
  Presence,
  type AnyChannel,
  type FetchPresences,
  type Present,
  type PresenceChange,
  type PresenceOptions,
} from "./presence/presence.ts";
export { dialPlatform, type PlatformWebSocketClass } from "./platform/platform-transport.ts";
export { ValidationError, type ValidationErrorCode } from "./validation-error.ts";
export { onInvalid, withSchema, type InvalidHandler } from "./with-schema.ts";
export type { BasePool, PoolDisconnected, PoolOptions, SocketFailure } from "./pool/pool.ts";
export { PoolFullError } from "./pool/pool-full-error.ts";
export type { PoolState } from "./pool/pool-state.ts";
export type { PoolCounters, PoolStats } from "./pool/pool-stats.ts";
export type { ReadableSocket } from "./readable-socket.ts";
export type { BaseSocket, DisconnectOptions, SocketStats } from "./socket.ts";
export type { Disconnected } from "./socket-core.ts";
export type * from "./transport.ts";
