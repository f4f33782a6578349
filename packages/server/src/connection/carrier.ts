// What carries a connection's messages: a WebSocket, or a session of long polling. Narrow, so that
// everything else is the same for both.

/** What a look at a carrier shows, in ms. */
export interface Look {
  /** For how long nothing has come. */
  readonly silentFor: number;
  /** For how long the client has taken nothing of what waits for it. */
  readonly stuckFor: number;
}

export interface Carrier {
  readonly kind: "websocket" | "longpoll";
  readonly isOpen: boolean;
  /** Bytes that wait to be sent. */
  readonly buffered: number;
  /**
   * Where messages come compressed: little on the wire can be much here. `stop` reads no more, so that
   * nothing more is unfolded; what is written still goes out. Null where they do not.
   */
  readonly inflating: { stop(): void } | null;
  /** Sends one message, as `toWire` frames it; nothing if it is not open. */
  write(wire: Buffer): void;
  /**
   * Calls back once, when nothing waits any more; not within this call. False if nothing waits, or it
   * is not open: then it does not.
   */
  onceDrained(callback: () => void): boolean;
  /** Starts to end it. The connection is told how that goes on. */
  close(code: number, reason: string): void;
  /** Frees everything at once. */
  reset(): void;
  look(now: number): Look;
}
