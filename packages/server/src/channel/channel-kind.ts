// One way to call a channel's callbacks, whether its author wrote a class or a plain object.
// Made once for each entry of a socket's `channels`; what it opens is made for each membership.
import type { Seat } from "./channel-context.ts";
import type { ChannelEnd } from "../end-reason.ts";

/** An event and its payload, as `handleIn` and `handleOut` get them. */
export interface EventPayload {
  readonly event: string;
  readonly payload: unknown;
}

/** The callbacks of a definition. Results are unchecked, and may be promises. */
export interface ChannelKind {
  /** Its name in the socket's `channels`, such as "room:*". */
  readonly pattern: string;
  readonly intercept: ReadonlySet<string>;
  /** Whatever the other functions want to get back: the membership keeps it. */
  open(seat: Seat<unknown>): object;
  join(opened: object, params: unknown): unknown;
  handleIn(opened: object, push: EventPayload): unknown;
  handleInfo(opened: object, info: unknown): unknown;
  handleOut(opened: object, message: EventPayload): unknown;
  terminate(opened: object, reason: ChannelEnd): unknown;
}
