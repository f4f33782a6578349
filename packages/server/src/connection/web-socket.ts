// The one thing that has to be known about a WebSocket and that `ws` does not tell: that its closing
// handshake has begun, or has come one step further. Everything else is `ws` as it comes.
import type { Duplex } from "node:stream";
import { WebSocket } from "ws";
import type { WebSocketListener } from "./web-socket-listener.ts";

/** Where a raw socket has its listener: a property costs each connection less than a function would. */
const LISTENER = Symbol("listener");

export class ServerWebSocket extends WebSocket {
  #listener: WebSocketListener | null = null;

  /**
   * Listens with functions that all WebSockets share. To be called once.
   * @param raw what it runs on.
   */
  listen(listener: WebSocketListener, raw: Duplex): void {
    this.#listener = listener;
    this.on("message", onMessage).on("error", onError).on("close", onClose);
    Reflect.set(raw, LISTENER, listener);
    raw.on("end", onEnd);
  }

  override close(code?: number, reason?: string | Buffer): void {
    const before = this.readyState;
    super.close(code, reason);
    if (before !== WebSocket.CLOSED) this.#listener?.closing(code ?? 1005);
  }

  override terminate(): void {
    if (this.#listener === null) super.terminate();
    else this.#listener.unreadable();
  }

  static listenerOf(webSocket: WebSocket): WebSocketListener | null {
    return webSocket instanceof ServerWebSocket ? webSocket.#listener : null;
  }
}

function onMessage(this: WebSocket, data: unknown, isBinary: boolean): void {
  ServerWebSocket.listenerOf(this)?.received(data as Buffer, isBinary);
}

function onError(this: WebSocket): void {
  ServerWebSocket.listenerOf(this)?.failed();
}

function onClose(this: WebSocket, code: number): void {
  ServerWebSocket.listenerOf(this)?.gone(code);
}

function onEnd(this: Duplex): void {
  (Reflect.get(this, LISTENER) as WebSocketListener).tcpEnded();
}
