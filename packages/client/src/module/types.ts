// What the module style makes of the interfaces that describe channels. Types alone.
import type {
  JoinParams,
  JoinResponse,
  MessageEvent,
  MessagePayload,
  PushPayload,
  Untyped,
} from "../channel-types.ts";

/**
 * What is said on which topics: an interface from topics, or patterns of topics, to channels.
 *
 * @example
 * ```ts
 * interface Topics {
 *   metrics: Metrics;
 *   [room: `room:${string}`]: Room;
 * }
 * ```
 */
export type AnyTopics = Record<string, Untyped>;

/** The topics that `T` describes. */
export type TopicOf<T> = keyof T & string;

/** What is sent with the join of a topic. */
export type JoinArguments<T, Topic extends TopicOf<T>> =
  undefined extends JoinParams<T[Topic]>
    ? [params?: ProvidedParams<T[Topic]>]
    : unknown extends JoinParams<T[Topic]>
      ? [params?: unknown]
      : [params: ProvidedParams<T[Topic]>];

type ProvidedParams<C> = JoinParams<C> | (() => JoinParams<C> | PromiseLike<JoinParams<C>>);

/** The payload may be left out where it may be undefined. */
export type PushArguments<C, E, Options> =
  undefined extends PushPayload<C, E>
    ? [payload?: PushPayload<C, E>, options?: Options]
    : [payload: PushPayload<C, E>, options?: Options];

/** What `handleMessage` is given; the event tells the payload's type. */
export type MessageArguments<T> = {
  [Topic in TopicOf<T>]: {
    [E in MessageEvent<T[Topic]>]: [topic: Topic, event: E, payload: MessagePayload<T[Topic], E>];
  }[MessageEvent<T[Topic]>];
}[TopicOf<T>];

/** What `handleJoin` is given. */
export type JoinedArguments<T> = {
  [Topic in TopicOf<T>]: [topic: Topic, response: JoinResponse<T[Topic]>];
}[TopicOf<T>];
