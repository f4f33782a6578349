// Who is told what happens to a WebSocket. Apart from it, since the types of `ws` are another package,
// which whoever uses ours need not have.

/** What happens to a WebSocket. */
export interface WebSocketListener {
  /** A whole message came. */
  received(bytes: Buffer, isBinary: boolean): void;
  /**
   * A close frame goes out: our own, or, called by `ws` itself, the echo of the client's or the
   * answer to a frame that breaks the protocol (then `failed` follows).
   * @param code 1005 for none.
   */
  closing(code: number): void;
  /** `ws` has refused a frame. */
  failed(): void;
  /** `ws` gives up on a client that lets more than 60 pongs wait. */
  unreadable(): void;
  /** The client's FIN came. */
  tcpEnded(): void;
  /** TCP is gone. */
  gone(code: number): void;
}
