// A client that knows nothing of Channels: it sends frames as they are and hands over what comes.
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { WebSocket, type RawData } from "ws";
import type { WireFrame } from "./wire-log.ts";

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

export class RawClient {
  readonly webSocket: WebSocket;
  /** Resolves when the connection is gone. */
  readonly closed: Promise<Closed>;
  /** The port from which it connected. */
  localPort = 0;
  readonly #frames: WireFrame[] = [];
  #waiting: ((frame: WireFrame | Closed) => void) | null = null;

  private constructor(webSocket: WebSocket) {
    this.webSocket = webSocket;
    webSocket.on("upgrade", ({ socket }: IncomingMessage) => {
      this.localPort = socket.localPort ?? 0;
    });
    webSocket.on("message", (data: RawData, isBinary: boolean) => {
      const bytes = data as Buffer;
      this.#received(isBinary ? new Uint8Array(bytes) : bytes.toString("utf8"));
    });
    webSocket.on("error", () => {});
    this.closed = new Promise((resolve) => {
      webSocket.on("close", (code, reason) => {
        const closed = { code, reason: reason.toString("utf8") };
        resolve(closed);
        this.#waiting?.(closed);
      });
    });
  }

  /** Connects. Rejects if the upgrade is refused. */
  static async connect(
    url: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<RawClient> {
    const client = new RawClient(new WebSocket(url, { headers, perMessageDeflate: false }));
    await once(client.webSocket, "open");
    return client;
  }

  send(frame: WireFrame): void {
    this.webSocket.send(frame);
  }

  /** The next frame that came or will come, or how the connection ended instead. */
  next(): Promise<WireFrame | Closed> {
    const frame = this.#frames.shift();
    if (frame !== undefined) return Promise.resolve(frame);
    if (this.webSocket.readyState === WebSocket.CLOSED) return this.closed;
    return new Promise((resolve) => {
      this.#waiting = (value) => {
        this.#waiting = null;
        resolve(value);
      };
    });
  }

  /** The next frame as JSON. */
  async nextJson(): Promise<unknown> {
    const frame = await this.next();
    return typeof frame === "string" ? JSON.parse(frame) : frame;
  }

  #received(frame: WireFrame): void {
    if (this.#waiting === null) this.#frames.push(frame);
    else this.#waiting(frame);
  }
}
