// One push and what can become of it.
import type { Deadline } from "../deadlines.ts";
import type { Ref } from "../message.ts";

/** Why a push failed without the server's word. */
export type PushFailure =
  /** No reply within the push's timeout, counted from the call. It may still have been waiting to be sent. */
  | "timeout"
  /** The connection ended before the reply, or there is none to send it over. */
  | "disconnected"
  /** The channel crashed on the server before the reply. */
  | "channelCrashed"
  /** The server ended the channel before the reply. */
  | "channelClosed"
  /** The channel is neither joined nor on its way to be. Nothing was sent. */
  | "notJoined"
  /** Too many pushes wait for the channel to join or for replies, or too many bytes for the network. Nothing was sent. */
  | "queueFull"
  /** `leave()` was called, before the push or after it. */
  | "left"
  /** The push's signal was aborted. */
  | "aborted"
  /** The payload does not match the channel's schema. Nothing was sent. */
  | "invalidPayload"
  /** The payload cannot be written as a frame. Nothing was sent. */
  | "unsendable";

/** A push that failed. `sent` is whether it had left for the server, which may have acted on it. */
export interface FailedPush {
  readonly type: "failed";
  readonly code: PushFailure;
  readonly sent: boolean;
  readonly cause?: unknown;
}

/** The one outcome that every push has. */
export type PushOutcome =
  | { readonly type: "ok"; readonly response: unknown }
  /** The server replied with another status than "ok". */
  | { readonly type: "refused"; readonly status: string; readonly response: unknown }
  /** A push that expects no reply was handed to the transport. */
  | { readonly type: "sent" }
  | FailedPush;

/** Whatever keeps a push until it has its outcome. */
export interface PushHome<P> {
  /** The transport took it. */
  sent(push: Push<P>): void;
  /** Ends it, wherever it is kept. Harmless when it has its outcome already. */
  cancel(push: Push<P>, code: PushFailure, cause?: unknown): void;
  /** Ends it before it is kept anywhere. */
  fail(push: Push<P>, code: PushFailure, cause?: unknown): void;
}

/**
 * A push on its way. `P` is the program's own object for it, handed back with the outcome.
 * Made by `session.push` and `session.ping`.
 */
export class Push<P> implements Deadline {
  at: number = 0;
  slot: number = -1;
  /** Set when it was sent and awaits its reply. */
  ref: Ref | null = null;
  readonly owner: P;
  readonly home: PushHome<P>;
  readonly event: string;
  readonly payload: unknown;
  readonly expectsReply: "reply" | "none";

  constructor(
    home: PushHome<P>,
    owner: P,
    event: string,
    payload: unknown,
    expects: "reply" | "none",
  ) {
    this.home = home;
    this.owner = owner;
    this.event = event;
    this.payload = payload;
    this.expectsReply = expects;
  }

  expire(): void {
    this.home.cancel(this, "timeout");
  }
}
