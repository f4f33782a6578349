// A connection that is no network: what one end writes, the other has, framed as it would travel.
import type { Frame } from "@slipstream/core";
import type { Carrier, Look } from "../carrier.ts";
import { fromWire } from "../frame.ts";
import type { WebSocketListener } from "../web-socket.ts";
import { soon } from "./runtime.ts";

/** The client's end. */
export interface ClientEnd {
  received(frame: Frame): void;
  /** The server has closed the connection, or reset it: then the code is 1006 (RFC 6455 7.1.5). */
  closed(code: number, reason: string): void;
}

/** A client on a network without limits: nothing waits to be sent, and it is never silent. */
const IN_TOUCH: Look = { silentFor: 0, stuckFor: 0 };

export class MemoryCarrier implements Carrier {
  readonly kind = "websocket";
  readonly buffered = 0;
  readonly #client: ClientEnd;
  #server: WebSocketListener | null = null;
  #isOpen = true;

  constructor(client: ClientEnd) {
    this.#client = client;
  }

  /** To be called once, before anything else. */
  listen(server: WebSocketListener): void {
    this.#server = server;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  // The client's doing.

  send(frame: Frame): void {
    const isBinary = typeof frame !== "string";
    this.#server?.received(isBinary ? Buffer.from(frame) : Buffer.from(frame, "utf8"), isBinary);
  }

  closeByClient(code: number): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#server?.closing(code);
    this.#end(code);
  }

  /** TCP ends without a close frame, as a crash or a broken path does it. */
  dropByClient(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#end(1006);
  }

  // The server's.

  write(wire: Buffer): void {
    const frame = fromWire(wire);
    if (frame !== null && this.#isOpen) this.#client.received(frame);
  }

  /** Nothing travels. */
  gather(): void {}

  onceDrained(): boolean {
    return false;
  }

  /** The client answers a close frame at once. */
  close(code: number, reason: string): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#client.closed(code, reason);
    this.#server?.closing(code);
    this.#end(code);
  }

  reset(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#client.closed(1006, "");
    this.#end(1006);
  }

  look(): Look {
    return IN_TOUCH;
  }

  /** The connection is told in its own time, as by any carrier. */
  #end(code: number): void {
    const server = this.#server;
    this.#server = null;
    if (server !== null) soon(() => server.gone(code));
  }
}
