// How an interface describes a channel, and what the server's callbacks make of it. Types alone.
// The client reads the same interfaces, so that one shared file types both ends.

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
  /** By event: the payload of what is sent to clients. */
  readonly message?: object;
  /** What the channel sends to itself with `sendInfo`. */
  readonly info?: unknown;
}

/** A channel of which nothing is known: any event, and payloads of type `unknown`. */
export type Untyped = ChannelTypes;

/**
 * What the client sends with its join. It is what the interface promises and a client can send
 * anything: check what the server's safety depends on.
 */
export type JoinParams<C> = C extends { join: { params: infer P } } ? P : unknown;

/** What `ok` answers to the join. */
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

/** What is replied, with the status "ok", to the event `E`. */
export type PushReply<C, E> = C extends { push: infer P }
  ? E extends keyof P
    ? P[E] extends { reply: infer R }
      ? R
      : unknown
    : never
  : unknown;

/** The events that the server sends. */
export type MessageEvent<C> = C extends { message: infer M } ? keyof M & string : string;

/** What is sent with the event `E`. */
export type MessagePayload<C, E> = C extends { message: infer M }
  ? E extends keyof M
    ? M[E]
    : never
  : unknown;

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

/** One broadcast on its way to the client. Its event tells the type of its payload. */
export type OutgoingMessage<C, E extends string = MessageEvent<C>> = {
  readonly [K in E]: { readonly event: K; readonly payload: MessagePayload<C, K> };
}[E];
