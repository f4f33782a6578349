// The whole of @slipstream/phoenix: what npm phoenix exports, and the types of @types/phoenix.
export { Channel, type Binding, type ChannelState, type TransportReason } from "./channel.ts";
export type { SocketCloseEvent, SocketErrorEvent } from "./events.ts";
export { LongPoll } from "./long-poll.ts";
export type { Message } from "./message.ts";
export type { BinaryType, SocketConnectOption } from "./options.ts";
export { Presence, type PresenceCallback, type PresenceOpts } from "./presence.ts";
export type {
  PresenceCallback as PresenceOnJoinCallback,
  PresenceCallback as PresenceOnLeaveCallback,
} from "./presence.ts";
export { Push, type PushStatus } from "./push.ts";
export { Serializer, type Decode, type Encode } from "./serializer.ts";
export { Socket, type ConnectionState, type Disconnected, type MessageRef } from "./socket.ts";
export type { TransportClass } from "./transports.ts";
