// The types of a channel that is defined by validators, as a client sees them. Types alone.
import type { ChannelSchema, ClientTypes } from "@slipstream/core";

/**
 * What `socket.join<…>` takes where the channel has a schema: it sends what validators take, such as
 * params that have a default, and receives what they make of it.
 *
 * @example
 * ```ts
 * const room = await socket.join<Joined<typeof roomSchema>>("room:lobby");
 * ```
 */
export type Joined<S> = S extends ChannelSchema<infer P> ? ClientTypes<P> : never;
