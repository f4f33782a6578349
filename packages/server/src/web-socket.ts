// The one thing that has to be known about a WebSocket and that `ws` does not tell: that its closing
// handshake has begun, or has come one step further. Everything else is `ws` as it comes.
import { WebSocket } from "ws";

/** Told by each call of `close`; `ws` itself calls it when a close frame or a bad frame came. */
export interface ClosingListener {
  /** @param code What this side sends, or echoes; 1005 for nothing. */
  closing(code: number): void;
  /** `ws` gave up on the peer, which lets more than 60 pongs wait. */
  unreadable(): void;
}

export class ServerWebSocket<L extends ClosingListener = ClosingListener> extends WebSocket {
  listener: L | null = null;

  override close(code?: number, reason?: string | Buffer): void {
    const before = this.readyState;
    super.close(code, reason);
    if (before !== WebSocket.CLOSED) this.listener?.closing(code ?? 1005);
  }

  override terminate(): void {
    if (this.listener === null) super.terminate();
    else this.listener.unreadable();
  }
}
