// A connection that is no network: what one end writes, the other has, framed as it would travel.
import type { Frame } from "@slipstream/core";
import type { Carrier, Look } from "../connection/carrier.ts";
import { fromWire } from "../frame.ts";
import type { WebSocketListener } from "../connection/web-socket-listener.ts";
import { soon } from "./runtime.ts";

/** The client's end. */
export interface ClientEnd {
  received(frame: Frame): void;
  /** The server has closed the connection, or reset it: then the code is 1006 (RFC 6455 7.1.5). */
  closed(code: number, reason: string): void;
}

export class MemoryCarrier implements Carrier {
  readonly kind = "websocket";
  readonly inflating = null;
  readonly #client: ClientEnd;
  /** What waits for a client that does not read, the first since `stuckAt`. */
  #held: Buffer[] = [];
  #heldBytes = 0;
  #stuckAt = 0;
  #isPaused = false;
  #onDrained: (() => void) | null = null;
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

  /** The client reads no more: what is written waits, as on a network that has no room left. */
  pause(): void {
    this.#isPaused = true;
  }

  /** It reads what waits, and goes on. */
  resume(): void {
    this.#isPaused = false;
    const held = this.#discard();
    for (const wire of held) this.#deliver(wire);
    const drained = this.#onDrained;
    this.#onDrained = null;
    drained?.();
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
    if (!this.#isOpen) return;
    if (!this.#isPaused) return this.#deliver(wire);
    if (this.#held.length === 0) this.#stuckAt = performance.now();
    this.#held.push(wire);
    this.#heldBytes += wire.length;
  }

  get buffered(): number {
    return this.#heldBytes;
  }

  onceDrained(callback: () => void): boolean {
    if (this.#heldBytes === 0) return false;
    this.#onDrained = callback;
    return true;
  }

  /** The client reads up to the close frame, and answers it at once. */
  close(code: number, reason: string): void {
    if (!this.#isOpen) return;
    for (const wire of this.#discard()) this.#deliver(wire);
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

  /** It is never found silent. */
  look(now: number): Look {
    return { silentFor: 0, stuckFor: this.#heldBytes === 0 ? 0 : now - this.#stuckAt };
  }

  #deliver(wire: Buffer): void {
    const frame = fromWire(wire);
    if (frame !== null) this.#client.received(frame);
  }

  #discard(): Buffer[] {
    const held = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    return held;
  }

  /** The connection is told in its own time, as by any carrier. */
  #end(code: number): void {
    this.#discard();
    const server = this.#server;
    this.#server = null;
    if (server !== null) soon(() => server.gone(code));
  }
}
