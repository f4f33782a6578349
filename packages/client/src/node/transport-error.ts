// What goes wrong in a transport without an error of Node's own to say so. It becomes the cause of
// an end reason, and holds nothing of the URL's query, the headers or the protocols.
import { SlipstreamError } from "../errors.ts";

/** What a transport found wrong. */
export type TransportErrorCode =
  /** The URL cannot be read, or is not one for WebSockets. */
  | "invalid_url"
  /** What answered the TLS handshake does not speak TLS. */
  | "not_tls"
  /** A 101 that does not complete the opening handshake of RFC 6455 section 4.1. */
  | "bad_handshake"
  /** A proxy answered CONNECT with another status than 200: see `status`. */
  | "proxy_refused"
  /** TCP ended, and no close frame had come. */
  | "ended_without_close"
  /** The peer sent pings faster than it took the pongs. */
  | "ping_flood"
  /** Something in this process destroyed the socket: an agent, or the library. */
  | "destroyed";

const SENTENCES: Record<TransportErrorCode, string> = {
  invalid_url:
    "The URL cannot be dialled. Give a ws:, wss: or ws+unix: URL without a fragment identifier.",
  not_tls:
    "The server did not answer as TLS does: it may be one for ws: rather than wss:, or on another port.",
  bad_handshake:
    "The server answered 101 without upgrading to a WebSocket. Check that the path is a WebSocket's, and that no proxy strips the Upgrade header.",
  proxy_refused:
    "A proxy made no connection. For 401 and 407 give it credentials, in the URL that its agent takes; otherwise check that it may connect to the server, and can",
  ended_without_close:
    "The connection ended without a close frame. The server, or something on the way to it, closed TCP.",
  ping_flood: "The server sent pings and did not take the pongs, so the connection was reset.",
  destroyed: "The socket was destroyed on this side, by an agent or the library.",
};

/** The cause of an end for which Node has no error. */
export class TransportError extends SlipstreamError {
  override readonly name = "TransportError";
  override readonly code: TransportErrorCode;

  /** What a proxy answered, if that is what went wrong. */
  readonly status: number | undefined;

  constructor(code: TransportErrorCode, status?: number) {
    super(SENTENCES[code] + (status === undefined ? "" : `: it answered ${status}.`));
    this.code = code;
    this.status = status;
  }
}
