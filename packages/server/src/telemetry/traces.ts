// What a server tells, and under which names. Types and names alone. No trace holds a payload, the
// params of a join or of a socket, a token, a header, or the query of a URL.

/** Why something failed. A code and a status: never a response, never what was thrown. */
export interface TraceFailure {
  /**
   * Of a connect, the reason under which its refusal is counted; of a callback, the `code` that an
   * error of ours has, or "threw".
   */
  readonly code: string;
  /** The HTTP status of a refusal. */
  readonly status?: number;
}

/** What all traces have in common. One object goes through all events of one. */
export interface Trace {
  /** The ChannelsServer that it is about. */
  readonly server: object;
  /** When it began, in ms since 1970. */
  readonly startTime: number;
  /** Ms from the beginning to the end. Set in `asyncEnd`. */
  duration: number | undefined;
  /** Set from the event `error` on, if it failed. */
  error: TraceFailure | undefined;
  /**
   * Calls the user's callback. A subscriber of `start` may put a function in its place that does
   * something around it, such as making a context current, and calls what was here before.
   */
  around: (call: () => unknown) => unknown;
}

/** A client that wants to come in: from when its request was read to the answer. */
export interface ConnectTrace extends Trace {
  /** The URL's path, such as "/socket/websocket" or "/socket/longpoll". */
  readonly path: string;
}

/** The callbacks of channels. */
export type CallbackName = "join" | "handleIn" | "handleInfo" | "handleOut" | "terminate";

/** What became of a callback. */
export type CallbackOutcome =
  /** A join was let in. */
  | "ok"
  /** A join was not. */
  | "denied"
  | "replied"
  /** It returned `noreply()`, or nothing. */
  | "noreply"
  | "stopped"
  /** It threw, or what it returned could not be used. */
  | "crashed"
  /** The channel had ended meanwhile: what it returned was for nobody. */
  | "tooLate";

/** One call of a callback of a channel: what it awaits included, what waited before it not. */
export interface CallbackTrace extends Trace {
  readonly callback: CallbackName;
  /** The path of the socket, such as "/socket". */
  readonly path: string;
  /** The name in the socket's `channels`, such as "room:*". */
  readonly channel: string;
  readonly topic: string;
  /** Of `handleIn` and `handleOut`. The client chooses it. */
  readonly event: string | undefined;
  outcome: CallbackOutcome | undefined;
  /** The status of a reply, such as "ok". */
  status: string | undefined;
}

/** The traces by their names. */
export interface Traces {
  "slipstream.server.connect": ConnectTrace;
  "slipstream.server.join": CallbackTrace;
  "slipstream.server.handleIn": CallbackTrace;
  "slipstream.server.handleInfo": CallbackTrace;
  "slipstream.server.handleOut": CallbackTrace;
  "slipstream.server.terminate": CallbackTrace;
}
