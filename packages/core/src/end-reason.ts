// Why connections and memberships end: two closed sets, so that whoever counts can always say why.

/**
 * Why a connection, or an attempt to make one, ended. Each ends for exactly one reason.
 * Causes are kept as they came and never hold a URL's query, a header that was sent, or params.
 */
export type EndReason =
  /** `disconnect()` was called. */
  | { readonly type: "requested" }
  /** The server sent a close frame. 1005 stands for one without a code (RFC 6455 7.1.5). */
  | { readonly type: "closedByRemote"; readonly code: number; readonly reason: string }
  /** TCP ended without a close frame. */
  | { readonly type: "connectionLost"; readonly cause: unknown }
  /** Nothing was received for the heartbeat's timeout. */
  | { readonly type: "heartbeatTimeout" }
  /** The server answered the upgrade with a status other than 101. Browsers cannot see which. */
  | {
      readonly type: "upgradeRejected";
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  /** No connection could be made: refused, unreachable, an unknown name, a bad certificate. */
  | { readonly type: "connectFailed"; readonly cause: unknown }
  /** The connection was not open within `connectTimeout`. */
  | { readonly type: "connectTimeout" }
  /**
   * A function for params, headers or the token threw, rejected, or took longer than
   * `connectTimeout`: then `cause` is `{ type: "connectTimeout" }`.
   */
  | { readonly type: "credentialsFailed"; readonly cause: unknown }
  /** The server broke the WebSocket protocol or a limit; `code` is the close code that it was told. */
  | { readonly type: "protocolError"; readonly code: number }
  /** A bound was reached whose policy is to close. */
  | { readonly type: "overflow"; readonly queue: string }
  /** The page went into hiding and its policy is to disconnect. */
  | { readonly type: "pageHidden" }
  /** What the connection was opened for is gone. */
  | { readonly type: "ownerGone" };

/** The names of all reasons, for counters. */
export type EndReasonType = EndReason["type"];

/** Why a membership ended, or an attempt to join failed. */
export type ChannelEndReason =
  /** The server answered the join with a status other than "ok". */
  | { readonly type: "refused"; readonly status: string; readonly response: unknown }
  /** The join was not answered within `joinTimeout`. */
  | { readonly type: "timeout" }
  /** The channel crashed on the server (`phx_error`). */
  | { readonly type: "crashed" }
  /** The server ended the channel (`phx_close`). */
  | { readonly type: "closed" }
  /** The connection ended; `reason` is null while its closing handshake is still under way. */
  | { readonly type: "disconnected"; readonly reason: EndReason | null }
  /**
   * The function for the join's params threw, rejected, or took longer than `joinTimeout`: then
   * `cause` is `{ type: "timeout" }`.
   */
  | { readonly type: "paramsFailed"; readonly cause: unknown }
  /** The join could not be written as a frame. */
  | { readonly type: "unsendable"; readonly cause: unknown }
  /** Another channel of the same socket has the topic: a socket has one channel per topic. */
  | { readonly type: "duplicate" };
