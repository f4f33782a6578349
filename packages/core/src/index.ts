// The whole of @slipstream/core.
export type * from "./channel-types.ts";
export * from "./message.ts";
export * from "./serializer/serializer.ts";
export { V1 } from "./serializer/v1.ts";
export { V2 } from "./serializer/v2.ts";
export { JsonText } from "./serializer/json-text.ts";
export { clientV2 } from "./serializer/client-v2.ts";
export type { Envelope } from "./serializer/json.ts";
export { clientEnvelope } from "./serializer/from-client.ts";
export { serverEnvelope, serverMessage } from "./serializer/from-server.ts";
export { isBinary, tagOf } from "./serializer/payload.ts";
export type { ChannelEndReason, EndReason, EndReasonType } from "./end-reason.ts";
export * from "./retry.ts";
export { seededRandom, type Random } from "./random.ts";
export { Push, type FailedPush, type PushFailure, type PushOutcome } from "./push/push.ts";
export type { Counters, IgnoredFrame, PushCount } from "./counters.ts";
export type { SessionOptions } from "./context.ts";
export type { Command, Effect, Event } from "./effect.ts";
export type { ChannelState, ChannelStateOf } from "./channel/state.ts";
export type { ChannelMachine } from "./channel/machine.ts";
export { Reader, type Reading, type ReadingChange } from "./session/reading.ts";
export type { PresenceEntries, PresenceEntry, PresenceMeta } from "./presence/presence-entry.ts";
export { PresenceState, type PresenceChange } from "./presence/presence-state.ts";
export type { Checked, Issue } from "./schema/check.ts";
export {
  ChannelSchema,
  defineChannel,
  type ClientTypes,
  type PushSchema,
  type SchemaParts,
  type ServerTypes,
} from "./schema/channel-schema.ts";
export { InOrder } from "./schema/in-order.ts";
export { SmallMap } from "./small-map.ts";
export type * from "./schema/standard-schema.ts";
export type { ConnectionEnd, SessionState, SessionStateOf } from "./session/state.ts";
export type { SessionInput, TransportEnd } from "./session/input.ts";
export { Session } from "./session/session.ts";
