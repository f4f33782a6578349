// WebSockets as carriers. One that compresses nothing is written to past `ws`, so that a broadcast is
// framed once for all; one that compresses needs `ws`, since each connection has a dictionary of its own.
import type { Duplex } from "node:stream";
import { WebSocket } from "ws";
import type { Carrier, Look } from "./carrier.ts";
import { fromWire } from "../frame.ts";
import { gather, presentTurn } from "./gathering.ts";
import type { Limits } from "../limits.ts";
import { Liveness } from "./liveness.ts";
import { resetSocket } from "./reset.ts";

/** What travels together is at most about so many bytes. */
const GATHERED = 16 * 1024;

const NOTHING = Buffer.alloc(0);

export function webSocketCarrier(
  webSocket: WebSocket,
  raw: Duplex,
  { maxBuffered }: Pick<Limits, "maxBuffered">,
): Carrier {
  return webSocket.extensions === ""
    ? new PlainCarrier(webSocket, raw, Math.min(GATHERED, maxBuffered))
    : new CompressingCarrier(webSocket, raw);
}

abstract class WebSocketCarrier implements Carrier {
  readonly kind = "websocket";
  protected readonly webSocket: WebSocket;
  protected readonly raw: Duplex;
  readonly #liveness = new Liveness();

  constructor(webSocket: WebSocket, raw: Duplex) {
    this.webSocket = webSocket;
    this.raw = raw;
  }

  abstract readonly buffered: number;
  abstract readonly inflating: { stop(): void } | null;
  abstract write(wire: Buffer): void;
  abstract onceDrained(callback: () => void): boolean;

  get isOpen(): boolean {
    return this.webSocket.readyState === WebSocket.OPEN;
  }

  close(code: number, reason: string): void {
    this.webSocket.close(code, reason);
  }

  reset(): void {
    resetSocket(this.raw);
  }

  look(now: number): Look {
    return this.#liveness.look(this.raw, now);
  }
}

/** The frames that `ws` writes of its own never wait while nothing is compressed: so the order is kept. */
class PlainCarrier extends WebSocketCarrier {
  readonly inflating = null;
  readonly #mostGathered: number;
  /** The turn of the last write. */
  #turn = -1;

  constructor(webSocket: WebSocket, raw: Duplex, mostGathered: number) {
    super(webSocket, raw);
    this.#mostGathered = mostGathered;
  }

  get buffered(): number {
    const { raw } = this;
    const waiting = raw.writableLength;
    if (waiting > this.#mostGathered && raw.writableCorked > 0) {
      // What is only gathered does not wait for the client.
      raw.uncork();
      raw.cork();
      return raw.writableLength;
    }
    return waiting;
  }

  /** A connection that has said its close frame writes no more; so what is left to ask is cheap. */
  write(wire: Buffer): void {
    const { raw } = this;
    if (!raw.writable) return;
    const turn = presentTurn();
    // The first goes at once: it may lead to broadcasts in the same turn, which take their time.
    if (this.#turn === turn) gather(raw);
    this.#turn = turn;
    raw.write(wire);
  }

  onceDrained(callback: () => void): boolean {
    const { raw } = this;
    if (raw.writableLength === 0 || !raw.writable) return false;
    if (raw.writableNeedDrain) raw.once("drain", callback);
    // For little there is no such event: what is written behind it tells.
    else raw.write(NOTHING, () => callback());
    return true;
  }
}

class CompressingCarrier extends WebSocketCarrier {
  readonly inflating: { stop(): void } = { stop: () => this.webSocket.pause() };
  #onDrained: (() => void) | null = null;

  get buffered(): number {
    return this.webSocket.bufferedAmount;
  }

  write(wire: Buffer): void {
    const frame = fromWire(wire);
    if (frame === null || !this.isOpen) return;
    this.webSocket.send(frame, { binary: typeof frame !== "string" }, () => this.#sent());
  }

  onceDrained(callback: () => void): boolean {
    if (this.buffered === 0) return false;
    this.#onDrained = callback;
    return true;
  }

  #sent(): void {
    if (this.buffered > 0) return;
    const callback = this.#onDrained;
    this.#onDrained = null;
    callback?.();
  }
}
