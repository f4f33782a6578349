// How an interface describes a channel. Client and server read the same interfaces, so that one
// shared file types both ends. Types alone.

/**
 * What is said on a channel. Every part may be left out, and is then `unknown`.
 *
 * @example
 * ```ts
 * interface Room {
 *   join: { params: { user: number }; response: { members: number } };
 *   push: { new_msg: { payload: { body: string }; reply: { id: number } } };
 *   message: { new_msg: { id: number; body: string } };
 * }
 * ```
 */
export interface ChannelTypes {
  readonly join?: { readonly params?: unknown; readonly response?: unknown };
  /** By event: what clients push, and what is replied with the status "ok". */
  readonly push?: object;
  /** By event: the payload of what the server sends. */
  readonly message?: object;
  /** What a server's channel sends to itself. */
  readonly info?: unknown;
}

/** A channel of which nothing is known: any event, and payloads of type `unknown`. */
export interface Untyped extends ChannelTypes {}

/** What the client sends with its join. */
export type JoinParams<C> = C extends { join: { params: infer P } } ? P : unknown;

/** What the server answers to the join. */
export type JoinResponse<C> = C extends { join: { response: infer R } } ? R : unknown;

/** The events that clients push. */
export type PushEvent<C> = C extends { push: infer P } ? keyof P & string : string;

/** What is pushed with the event `E`. */
export type PushPayload<C, E> = C extends { push: infer P }
  ? E extends keyof P
    ? P[E] extends { payload: infer V }
      ? V
      : unknown
    : never
  : unknown;

/** What the server replies, with the status "ok", to the event `E`. */
export type PushReply<C, E> = C extends { push: infer P }
  ? E extends keyof P
    ? P[E] extends { reply: infer R }
      ? R
      : unknown
    : never
  : unknown;

/** The events that the server sends. */
export type MessageEvent<C> = C extends { message: infer M } ? keyof M & string : string;

/** What the server sends with the event `E`. */
export type MessagePayload<C, E> = C extends { message: infer M }
  ? E extends keyof M
    ? M[E]
    : never
  : unknown;

/** A message of the server, its payload's type told by its event. */
export type ChannelMessage<C, E extends string = MessageEvent<C>> = {
  readonly [K in E]: { readonly event: K; readonly payload: MessagePayload<C, K> };
}[E];
