// The transport over the WebSocket that the platform brings: browsers, workers, Deno, Bun, and Node
// from 22 on. The platform owns TCP and says little, so that an end which it does not report is
// declared here, and the WebSocket let go of.
import { isBinary, type Frame } from "@slipstream/core";
import type {
  Dial,
  DialRequest,
  Transport,
  TransportClosed,
  TransportEvents,
} from "../transport.ts";

/** What is used of a WebSocket of the platform's (https://websockets.spec.whatwg.org). */
export interface PlatformWebSocket {
  binaryType: string;
  readonly bufferedAmount: number;
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onerror: (() => void) | null;
  onclose: ((event: PlatformClose) => void) | null;
  send(frame: Frame): void;
  close(code?: number, reason?: string): void;
}

interface PlatformClose {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}

export type PlatformWebSocketClass = new (
  url: string,
  protocols: readonly string[] | WebSocketInit,
) => PlatformWebSocket;

/** What Bun, Deno and Node's own WebSocket take in place of the protocols. */
interface WebSocketInit {
  readonly protocols: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
}

/** A close event's code when no close frame came (RFC 6455 7.1.5). */
const NO_CLOSE_FRAME = 1006;
/** What an application may not send on these platforms is sent as this. */
const NORMAL_CLOSURE = 1000;
const MESSAGE_TOO_BIG = 1009;
/** The same, in the range that is left to applications. */
const TOO_BIG_FOR_US = 4009;

const UNCLEAN: TransportClosed = { code: null, reason: "", clean: false };

/** Makes a WebSocket of the platform's. */
export type OpenWebSocket = (request: DialRequest) => PlatformWebSocket;

/**
 * Dials with the platform's WebSocket.
 * @param webSocket the class; by default the one that the platform has at the time of the dial.
 *
 * @example
 * ```ts
 * const socket = new Socket("wss://example.org/socket");
 * ```
 */
export function dialPlatform(webSocket?: PlatformWebSocketClass): Dial {
  return dialWith(({ url, protocols }) => new (webSocket ?? platformClass())(url, protocols));
}

/** Dials with WebSockets that are made by `open`. */
export function dialWith(open: OpenWebSocket): Dial {
  return (request, events) => new PlatformTransport(request, events, open);
}

class PlatformTransport implements Transport {
  readonly #events: TransportEvents;
  readonly #maxPayload: number;
  #socket: PlatformWebSocket | null = null;
  #phase: "dialling" | "open" | "closing" | "ended" = "dialling";
  /** Whether it failed: what the close event then says is not the peer's word. */
  #isBroken = false;

  constructor(request: DialRequest, events: TransportEvents, open: OpenWebSocket) {
    this.#events = events;
    this.#maxPayload = request.maxPayload;
    try {
      const socket = open(request);
      this.#socket = socket;
      socket.binaryType = "arraybuffer";
      socket.onopen = () => {
        this.#phase = "open";
        events.opened();
      };
      socket.onmessage = ({ data }) => this.#received(data);
      socket.onerror = () => this.#failed();
      socket.onclose = (event) => this.#closed(event);
    } catch {
      // The platform's error shows the whole URL, or a protocol: both hold secrets.
      this.reset();
    }
  }

  get bufferedAmount(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }

  send(frame: Frame): void {
    if (this.#phase === "open") this.#socket?.send(frame);
  }

  close(code: number, reason: string): void {
    if (this.#phase === "dialling") return this.reset();
    if (this.#phase !== "open") return;
    this.#phase = "closing";
    // What this throws is the platform's fault, and the guard's to deal with.
    this.#socket?.close(code < 3000 ? NORMAL_CLOSURE : code, reason);
  }

  reset(): void {
    if (this.#phase === "ended") return;
    // In its own turn, since nothing is reported from inside a call.
    queueMicrotask(() => this.#events.closed(UNCLEAN));
    this.#abandon();
  }

  #received(data: unknown): void {
    if (this.#phase !== "open") return;
    const frame = typeof data === "string" ? data : bytesOf(data);
    if (frame.length <= this.#maxPayload) {
      this.#events.received(frame);
    } else {
      const cause = new RangeError("A message was larger than maxPayload.");
      this.#abandon(TOO_BIG_FOR_US);
      this.#events.closed({ ...UNCLEAN, error: { cause, protocol: MESSAGE_TOO_BIG } });
    }
  }

  /**
   * A WebSocket that failed closes in the end, but not every platform says so: Node 22 reports no
   * close after a dial that failed, and undici none until the peer ends TCP.
   */
  #failed(): void {
    if (this.#phase === "dialling") {
      this.#letGo();
      this.#events.closed(UNCLEAN);
    } else if (this.#phase === "open") {
      this.#phase = "closing";
      this.#isBroken = true;
      this.#events.closeReceived();
    }
  }

  #closed({ code, reason, wasClean: clean }: PlatformClose): void {
    this.#letGo();
    const told = code !== NO_CLOSE_FRAME && !this.#isBroken;
    this.#events.closed(told ? { code, reason, clean } : UNCLEAN);
  }

  /** Lets go of it, and closes it if that can be done. */
  #abandon(code?: number): void {
    try {
      this.#letGo()?.close(code);
    } catch {
      // It is let go of as it is.
    }
  }

  /** From here on the platform may say and do what it likes. */
  #letGo(): PlatformWebSocket | null {
    const socket = this.#socket;
    this.#socket = null;
    this.#phase = "ended";
    if (socket !== null) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.onerror = ignore;
    }
    return socket;
  }
}

/** What is no bytes is taken for none, which is no message: like one that cannot be read, it is ignored. */
function bytesOf(data: unknown): Uint8Array {
  return new Uint8Array(isBinary(data) ? (data as ArrayBuffer) : []);
}

export function platformClass(): PlatformWebSocketClass {
  return (globalThis as unknown as { WebSocket: PlatformWebSocketClass }).WebSocket;
}

/** Where a WebSocket is an emitter of Node's, an error that nobody hears would end the process. */
function ignore(): void {}
