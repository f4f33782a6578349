// What programs know as `socket.conn`: one connection, as if it were a WebSocket.
import type { Dial, Transport } from "@slipstream/client/engine";

const OPEN = 1;
const CLOSED = 3;

/** One connection. To end it for good, call `socket.disconnect()`; to lose it, close it. */
export class Connection {
  readonly skipHeartbeat: boolean = false;
  /** 0 to 3: connecting, open, closing, closed. */
  readyState: 0 | 1 | 2 | 3 = 0;
  readonly #closing: () => void;
  #transport: Transport | null = null;

  private constructor(closing: () => void) {
    this.#closing = closing;
  }

  /**
   * The same dial, which tells of each connection that it makes.
   * @param made told of a connection when it is dialled.
   * @param closing told that a program has closed the connection.
   */
  static watched(dial: Dial, made: (connection: Connection) => void, closing: () => void): Dial {
    return (request, events) => {
      const connection = new Connection(closing);
      made(connection);
      connection.#transport = dial(request, {
        opened: () => {
          connection.readyState = OPEN;
          events.opened();
        },
        received: (frame) => events.received(frame),
        closeReceived: () => {
          connection.readyState = 2;
          events.closeReceived();
        },
        closed: (end) => {
          connection.readyState = CLOSED;
          connection.#transport = null;
          events.closed(end);
        },
      });
      return connection.#transport;
    };
  }

  /** Bytes that wait to be handed to the operating system. */
  get bufferedAmount(): number {
    return this.#transport?.bufferedAmount ?? 0;
  }

  send(frame: string | ArrayBuffer | Uint8Array): void {
    this.#transport?.send(frame instanceof ArrayBuffer ? new Uint8Array(frame) : frame);
  }

  /** Starts the closing handshake. The socket takes it for a loss, and connects again. */
  close(code: number = 1000, reason: string = ""): void {
    if (this.readyState > OPEN) return;
    const isOpen = this.readyState === OPEN;
    this.readyState = 2;
    this.#transport?.close(code, reason);
    if (isOpen) this.#closing();
  }
}
