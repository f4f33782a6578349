// What the callbacks return: plain tagged objects, made by the functions of the same names.

/** The join is granted. */
export interface Ok<R> {
  readonly type: "ok";
  readonly response: R;
}

/** The join is refused. */
export interface Denied {
  readonly type: "denied";
  readonly response: unknown;
}

/** The push is answered. */
export interface Reply<R> {
  readonly type: "reply";
  readonly status: string;
  readonly response: R;
}

/** Nothing is answered, or not now. */
export interface NoReply {
  readonly type: "noreply";
}

/** The channel ends in an orderly way: the client gets phx_close. */
export interface Stop<R> {
  readonly type: "stop";
  readonly reason: string;
  readonly reply: Reply<R> | null;
}

export const NO_REPLY: NoReply = { type: "noreply" };

/**
 * Grants a join. The client gets `response`, `{}` if left out.
 *
 * @example
 * ```ts
 * join(params) { return ok({ members: 3 }); }
 * ```
 */
export function ok(): Ok<Record<string, never>>;
export function ok<R>(response: R): Ok<R>;
export function ok(response: unknown = {}): Ok<unknown> {
  return { type: "ok", response };
}

/**
 * Refuses a join. The client gets the status "error" with `response`, `{}` if left out; Phoenix's
 * convention is an object with a `reason`.
 *
 * @example
 * ```ts
 * join(params) { return allowed(params) ? ok() : deny({ reason: "unauthorized" }); }
 * ```
 */
export function deny(response: unknown = {}): Denied {
  return { type: "denied", response };
}

/**
 * Answers a push: with the status "ok", or with another one. The response is a JSON value or bytes
 * (an ArrayBuffer or any view on one), `{}` if left out. One argument alone is the response, a text too:
 * `reply("error")` has the status "ok".
 *
 * @example
 * ```ts
 * return reply({ id: 7 });
 * return reply("error", { reason: "too long" });
 * ```
 */
export function reply(): Reply<Record<string, never>>;
export function reply<R>(response: R): Reply<R>;
export function reply(status: string, response: unknown): Reply<never>;
export function reply(...args: [] | [unknown] | [string, unknown]): Reply<unknown> {
  if (args.length === 2) return { type: "reply", status: args[0], response: args[1] };
  const [response = {}] = args;
  return { type: "reply", status: "ok", response };
}

/** Leaves a push without an answer: for ever, or until a `LateReply` gives it. */
export function noreply(): NoReply {
  return NO_REPLY;
}

/**
 * Ends the channel in an orderly way: after the reply, if there is one, the client gets phx_close.
 * (To end it with phx_error, throw.)
 *
 * @param reason Handed to `terminate` as `{ type: "stopped", reason }`. The client does not see it.
 * @example
 * ```ts
 * return stop("kicked", reply({ bye: true }));
 * ```
 */
export function stop(reason?: string): Stop<never>;
export function stop<R>(reason: string, answer: Reply<R>): Stop<R>;
export function stop(reason = "normal", answer: Reply<unknown> | null = null): Stop<unknown> {
  return { type: "stop", reason, reply: answer };
}

/** The connection is accepted. */
export interface Accepted<A> {
  readonly type: "accepted";
  readonly assigns: A;
}

/** The connection is refused. */
export interface Refused {
  readonly type: "refused";
  readonly status: number;
}

/**
 * Accepts a connection. `assigns` is what its channels know about it, and what `id` is made of.
 *
 * @example
 * ```ts
 * connect({ params }) { return accept({ user: String(params.user) }); }
 * ```
 */
export function accept(): Accepted<Record<string, never>>;
export function accept<A>(assigns: A): Accepted<A>;
export function accept(assigns: unknown = {}): Accepted<unknown> {
  return { type: "accepted", assigns };
}

/**
 * Refuses a connection: the upgrade is answered with `status`, 403 if left out, and no body.
 *
 * @example
 * ```ts
 * connect({ params }) { return params.token === "good" ? accept() : refuse(403); }
 * ```
 */
export function refuse(status = 403): Refused {
  return { type: "refused", status };
}

/** A callback may return at once, or return a promise; the channel's next message waits for it. */
export type Awaitable<T> = T | PromiseLike<T>;
