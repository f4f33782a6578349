// What the server's callbacks make of a channel's interface. Types alone.
import type {
  ChannelSchema,
  MessageEvent,
  MessagePayload,
  PushEvent,
  PushPayload,
  ServerTypes,
} from "@slipstream/core";

export type {
  ChannelMessage as OutgoingMessage,
  ChannelTypes,
  JoinParams,
  JoinResponse,
  MessageEvent,
  MessagePayload,
  PushEvent,
  PushPayload,
  PushReply,
  Untyped,
} from "@slipstream/core";

/** What a channel sends to itself. */
export type Info<C> = C extends { info: infer I } ? I : unknown;

/** One push of a client. Its event tells the type of its payload. */
export type IncomingPush<C, E extends string = PushEvent<C>> = {
  readonly [K in E]: {
    readonly event: K;
    /** A JSON value, or bytes (a Uint8Array on the received frame) if a binary frame came. */
    readonly payload: PushPayload<C, K>;
  };
}[E];

/** An event that the server sends and its payload, as arguments. */
export type MessageArguments<C> = {
  [E in MessageEvent<C>]: [event: E, payload: MessagePayload<C, E>];
}[MessageEvent<C>];

/** The types of a channel that is defined by validators, as a server sees them. */
export type Served<S> = S extends ChannelSchema<infer P> ? ServerTypes<P> : never;
