// What the client's methods make of a channel's interface. Types alone.
import type { PushPayload } from "@slipstream/core";

export type {
  ChannelMessage,
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

/** The payload may be left out where it may be undefined. */
export type PushArguments<C, E, Options> =
  undefined extends PushPayload<C, E>
    ? [payload?: PushPayload<C, E>, options?: Options]
    : [payload: PushPayload<C, E>, options?: Options];
