// The shape of a channel as its author writes it: a class, or a plain object of callbacks.
import type { ChannelSchema } from "@slipstream/core";
import { ChannelContext, type Seat } from "./channel-context.ts";
import type {
  IncomingPush,
  Info,
  JoinParams,
  JoinResponse,
  OutgoingMessage,
  PushEvent,
  PushPayload,
  PushReply,
  Untyped,
} from "./channel-types.ts";
import type { ChannelEnd } from "../end-reason.ts";
import type { Awaitable, Denied, NoReply, Ok, Reply, Stop } from "./results.ts";

/** What `join` returns. */
export type JoinResult<C> = Ok<JoinResponse<C>> | Denied;

/** What `handleIn` returns. */
export type HandleInResult<C, E = PushEvent<C>> =
  | Reply<PushReply<C, E>>
  | NoReply
  | Stop<PushReply<C, E>>;

/** What `handleInfo` and `handleOut` may return; nothing is the same as `noreply()`. */
export type HandleResult = NoReply | Stop<never> | void;

/**
 * A channel as a class. One instance is made for each client that joins, so its fields are the
 * state of that membership. Callbacks may be async; a channel's callbacks run one at a time, in the
 * order in which the messages came, and other channels do not wait for them. A callback that throws
 * ends its channel with phx_error, or a join with the error "join crashed", and nothing else.
 *
 * @typeParam C An interface of {@link ChannelTypes}.
 * @typeParam A The assigns that the socket's `connect` accepts.
 * @example
 * ```ts
 * class RoomChannel extends Channel<Room, { user: string }> {
 *   #sent = 0;
 *   override join() {
 *     return ok({ members: 3 });
 *   }
 *   override handleIn(push: IncomingPush<Room>) {
 *     switch (push.event) {
 *       case "new_msg":
 *         this.broadcast("new_msg", { id: ++this.#sent, body: push.payload.body });
 *         return reply({ id: this.#sent });
 *     }
 *   }
 * }
 * ```
 */
export abstract class Channel<C = Untyped, A = unknown> extends ChannelContext<C, A> {
  /** The events of broadcasts that `handleOut` gets instead of having them sent as they are. */
  static readonly intercept: readonly string[] = [];

  /**
   * Checks what travels on the channel, by `defineChannel`: params and payloads of clients before a
   * callback gets them (who sends something else is told what is wrong), responses, replies and
   * messages before they are sent (that is the channel's mistake, and thrown). The type of the
   * channel is then `Served<typeof schema>`.
   */
  static readonly schema: ChannelSchema | undefined = undefined;

  /**
   * Decides whether the client may join: `ok(response)` or `deny(response)`. A client can send any
   * JSON value as `params`.
   */
  abstract join(params: JoinParams<C>): Awaitable<JoinResult<C>>;

  /**
   * Handles a push: `reply(…)`, `noreply()` or `stop(…)`. Returning nothing says that the event is
   * unknown, and crashes the channel.
   */
  handleIn?(push: IncomingPush<C>): Awaitable<HandleInResult<C> | undefined>;

  /** Handles what `sendInfo` was given. */
  handleInfo?(info: Info<C>): Awaitable<HandleResult>;

  /** Handles a broadcast of an intercepted event: push it, changed or as it is, or do not. */
  handleOut?(message: OutgoingMessage<C>): Awaitable<HandleResult>;

  /** The last callback of a channel that was joined. What it throws is logged. */
  terminate?(reason: ChannelEnd): Awaitable<void>;
}

/**
 * A function whose parameters are compared as a method's are: a channel that knows its types is
 * still a channel for a socket that does not.
 */
type MethodLike<Parameters extends readonly unknown[], Result> = {
  method(...parameters: Parameters): Result;
}["method"];

/** The handlers of a plain object by event, each with the types of its event. */
export type PushHandlers<C, A> = {
  readonly [E in PushEvent<C>]?: MethodLike<
    [payload: PushPayload<C, E>, channel: ChannelContext<C, A>],
    Awaitable<HandleInResult<C, E> | void>
  >;
};

/**
 * A channel as a plain object, shared by all that join. Each callback gets the channel that it is
 * about as its last argument. `handleIn` is a function as in {@link Channel}, or an object with a
 * function for each event.
 *
 * @example
 * ```ts
 * const room: ChannelObject<Room> = {
 *   join: () => ok({ members: 3 }),
 *   handleIn: {
 *     new_msg({ body }, channel) {
 *       channel.broadcast("new_msg", { id: 1, body });
 *       return reply({ id: 1 });
 *     },
 *   },
 * };
 * ```
 */
export interface ChannelObject<C = Untyped, A = unknown> {
  join(params: JoinParams<C>, channel: ChannelContext<C, A>): Awaitable<JoinResult<C>>;
  readonly handleIn?:
    | PushHandlers<C, A>
    | MethodLike<
        [push: IncomingPush<C>, channel: ChannelContext<C, A>],
        Awaitable<HandleInResult<C> | undefined>
      >;
  handleInfo?(info: Info<C>, channel: ChannelContext<C, A>): Awaitable<HandleResult>;
  /** As {@link Channel.schema}. */
  readonly schema?: ChannelSchema;
  /** The events of broadcasts that `handleOut` gets instead of having them sent as they are. */
  readonly intercept?: readonly string[];
  handleOut?(message: OutgoingMessage<C>, channel: ChannelContext<C, A>): Awaitable<HandleResult>;
  terminate?(reason: ChannelEnd, channel: ChannelContext<C, A>): Awaitable<void>;
}

/** A class that extends {@link Channel}, whatever its types. */
export type ChannelClass<A> = new (seat: Seat<A>) => {
  join(params: never): unknown;
  handleIn?(push: never): unknown;
};

/** What a socket's `channels` may hold: a class, or an object. Their own types are their own affair. */
export type ChannelDefinition<A> = ChannelClass<A> | ChannelObject<Untyped, NoInfer<A>>;
