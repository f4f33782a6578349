// The contract between the client and whatever carries its frames. A transport moves frames and
// reports what happened; it has no timers and no opinions. Every bound (how long to dial, how long
// to wait for a close) is the session's, which calls `reset` when it has waited long enough.
import type { Frame } from "@slipstream/core";

/** What a transport needs to dial once. Credentials have been evaluated already. */
export interface DialRequest {
  /** The full URL, query included. It holds secrets: never put it into an error or a log. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly protocols: readonly string[];
  /** The largest message that may be received, in bytes. A larger one ends the connection with 1009. */
  readonly maxPayload: number;
}

/** How a transport's connection ended. Exactly one of `error` and `rejected` may be set. */
export interface TransportClosed {
  /** The close code the peer sent, 1005 if its close frame had none, or null if no close frame came. */
  readonly code: number | null;
  /** The reason the peer sent, or "". */
  readonly reason: string;
  /** Close frames went both ways, and the connection then ended without being reset. */
  readonly clean: boolean;
  /** The server answered the dial with a status other than 101. Browsers cannot see it. */
  readonly rejected?: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    /** At most 16 KiB of the body, as text. */
    readonly body: string;
  };
  /** What went wrong, if anything did. `protocol` is the close code with which we failed the connection. */
  readonly error?: { readonly cause: unknown; readonly protocol?: number };
}

/** What a transport reports. Callbacks are never called from inside a call to the transport. */
export interface TransportEvents {
  /** The opening handshake is complete. At most once, and before any other event but `closed`. */
  opened(): void;
  /** One whole message: text as a string, binary as bytes. */
  received(frame: Frame): void;
  /**
   * The closing handshake is complete or the connection has failed, and only TCP is left to end.
   * At most once. Nothing is received after it. Transports that cannot see this leave it out.
   */
  closeReceived(): void;
  /** Nothing is left: no socket, no timer, no listener. Exactly once, and last. */
  closed(end: TransportClosed): void;
}

/** One connection. Made by dialling, and used for one connection only. */
export interface Transport {
  /** Bytes that were accepted by `send` and have not been handed to the operating system. */
  readonly bufferedAmount: number;
  /** Sends one message. Ignored unless open. */
  send(frame: Frame): void;
  /** Starts the closing handshake (RFC 6455 7.1.2). Resumes reading. Before `opened`, the same as `reset`. */
  close(code: number, reason: string): void;
  /** Frees everything at once, with a TCP RST where that can be done. `closed` follows without waiting for the peer. */
  reset(): void;
}

/** Starts to dial, and returns at once. */
export type Dial = (request: DialRequest, events: TransportEvents) => Transport;
