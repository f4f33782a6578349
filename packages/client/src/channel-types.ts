// What the client's methods make of a channel's interface. Types alone.
import type { ChannelSchema, JoinParams, PushPayload, SchemaParts } from "@slipstream/core";
import type { Provided } from "./options.ts";

export type {
  ChannelMessage,
  ChannelTypes,
  ClientTypes,
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

export interface JoinOptions {
  /** Gives the join up, and leaves if the server lets us in all the same. */
  readonly signal?: AbortSignal;
}

/** The params may be left out where the channel wants none, or where nothing is known of them. */
export type JoinArguments<C> =
  undefined extends JoinParams<C>
    ? [params?: Provided<JoinParams<C>>, options?: JoinOptions]
    : Partial<JoinParams<C>> extends JoinParams<C>
      ? [params?: Provided<JoinParams<C>>, options?: JoinOptions]
      : [params: Provided<JoinParams<C>>, options?: JoinOptions];

export interface SchemaOptions<P extends SchemaParts = SchemaParts> {
  /** What checks all that travels on the channel, in both directions. See `defineChannel`. */
  readonly schema: ChannelSchema<P>;
}
