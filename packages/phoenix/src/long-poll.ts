// npm phoenix's LongPoll: Phoenix's long polling, as if it were a WebSocket. As the option `transport`
// it stands for our own; it works by itself, too.
import { longPoll } from "@slipstream/client/longpoll";
import type { Transport } from "@slipstream/client/engine";
import type { Loose } from "./loose.ts";
import { handedOver } from "./message.ts";

const CONNECTING = 0;
const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;

/** Nobody may send larger messages, in bytes. */
const MAX_PAYLOAD = 16 * 1024 * 1024;
const NO_CLOSE_FRAME = 1006;

const nothing = (): void => {};

export class LongPoll {
  readyState: 0 | 1 | 2 | 3 = CONNECTING;
  readonly skipHeartbeat: boolean = true;
  binaryType: string = "arraybuffer";
  /** Ms that a request may take. */
  timeout: number = 20_000;
  onopen: (event: Loose) => Loose = nothing;
  onerror: (event: Loose) => Loose = nothing;
  onmessage: (event: Loose) => Loose = nothing;
  onclose: (event: Loose) => Loose = nothing;
  #transport: Transport | null = null;

  constructor(endPoint: string, protocols: readonly string[] = []) {
    const url = endPoint.replace(/^http/, "ws");
    // Whoever makes it has yet to say whom to call.
    queueMicrotask(() => {
      if (this.readyState === CONNECTING) this.#dial(url, protocols);
    });
  }

  get bufferedAmount(): number {
    return this.#transport?.bufferedAmount ?? 0;
  }

  send(frame: string | ArrayBuffer | Uint8Array): void {
    this.#transport?.send(frame instanceof ArrayBuffer ? new Uint8Array(frame) : frame);
  }

  close(code: number = 1000, reason: string = ""): void {
    if (this.readyState >= CLOSING) return;
    this.readyState = CLOSING;
    if (this.#transport !== null) this.#transport.close(code, reason);
    else queueMicrotask(() => this.#closed(code, reason, true));
  }

  #dial(url: string, protocols: readonly string[]): void {
    const request = { url, headers: {}, protocols, maxPayload: MAX_PAYLOAD };
    this.#transport = longPoll({ requestTimeout: this.timeout })(request, {
      opened: () => {
        this.readyState = OPEN;
        this.onopen({ type: "open" });
      },
      received: (frame) => this.onmessage({ type: "message", data: handedOver(frame) }),
      closeReceived: () => {
        this.readyState = CLOSING;
      },
      closed: ({ code, reason, clean, error, rejected }) => {
        if (error !== undefined || rejected !== undefined) {
          this.onerror({ type: "error", error: error?.cause ?? rejected });
        }
        this.#closed(code ?? NO_CLOSE_FRAME, reason, clean);
      },
    });
  }

  #closed(code: number, reason: string, wasClean: boolean): void {
    this.#transport = null;
    this.readyState = CLOSED;
    this.onclose({ type: "close", code, reason, wasClean });
  }
}
