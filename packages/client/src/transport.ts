// The contract between the client and whatever carries its frames. A transport moves frames and
// reports what happened; it has no timers and no opinions. Every bound (how long to dial, how long
// to wait for a close) is the session's, which calls `reset` when it has waited long enough.
import type { Frame, TransportEnd } from "@slipstream/core";

/** What a transport needs to dial once. Credentials have been evaluated already. */
export interface DialRequest {
  /** The full URL, query included. It holds secrets: never put it into an error or a log. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly protocols: readonly string[];
  /** The largest message that may be received, in bytes. A larger one ends the connection with 1009. */
  readonly maxPayload: number;
}

/** How a transport's connection ended. At most one of `error` and `rejected` is set. */
export type TransportClosed = TransportEnd;

/**
 * What a transport reports. Callbacks are never called from inside a call to the transport, and they
 * must not throw: they run inside the parser of whoever reads the socket.
 */
export interface TransportEvents {
  /** The opening handshake is complete. At most once, and before any other event but `closed`. */
  opened(): void;
  /** One whole message: text as a string, binary as bytes. Never after our own `close` or `reset`. */
  received(frame: Frame): void;
  /**
   * The peer's close frame has come, or the connection has failed (a breach of the protocol, a FIN
   * without a close frame): what was already sent and TCP are left to end, for which the peer may be
   * needed. At most once. Nothing is received after it. Transports that cannot see this leave it out.
   */
  closeReceived(): void;
  /** Nothing is left: no socket, no timer, no listener. Exactly once, and last. */
  closed(end: TransportClosed): void;
}

/**
 * One connection. Made by dialling, and used for one connection only. Nothing of it throws but `send`; one
 * that does all the same is reset, and taken to be gone.
 */
export interface Transport {
  /** What it is called in states and telemetry, from when it is open. Default: "websocket". */
  readonly kind?: string;
  /** Bytes that were accepted by `send` and have not been handed to the operating system. */
  readonly bufferedAmount: number;
  /** Sends one message. Ignored unless open. */
  send(frame: Frame): void;
  /**
   * Stops reading TCP, so that the peer has to wait. What was read before may still be reported. Ignored
   * unless open. Ends by `resume`, and by itself once either side closes: the end must be seen.
   * Transports whose platform always reads leave both out.
   */
  pause?(): void;
  /** Reads on. Ignored unless paused. */
  resume?(): void;
  /**
   * Starts the closing handshake (RFC 6455 7.1.2). Resumes reading. Before `opened`, the same as `reset`.
   * The caller has checked that the code may be sent (7.4) and that the reason has at most 123 bytes.
   */
  close(code: number, reason: string): void;
  /**
   * Told with each reply that the server has taken a message and answered it: frames pass both ways.
   * A transport that has this wants to know soon, and a heartbeat is sent as soon as it is open.
   */
  answered?(): void;
  /** Frees everything at once, with a TCP RST where that can be done. `closed` follows without waiting for the peer. */
  reset(): void;
}

/** Starts to dial, and returns at once. */
export type Dial = (request: DialRequest, events: TransportEvents) => Transport;
