// A client of V2 that hides nothing: the tests see each frame as the array that it is.
import { once } from "node:events";
import { WebSocket, type RawData } from "ws";

/** join_ref, ref, topic, event, payload; or the bytes of a binary frame. */
export type V2Frame = readonly unknown[] | Uint8Array;

export interface ConnectOptions {
  /** "/socket/websocket" if left out. */
  readonly path?: string;
  /** "vsn=2.0.0" if left out. */
  readonly query?: string;
  readonly protocols?: readonly string[];
  readonly scheme?: "ws" | "wss";
}

export class TestClient {
  readonly webSocket: WebSocket;
  /** Resolves when the connection is gone. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  readonly #frames: V2Frame[] = [];
  #waiting: { resolve(frame: V2Frame): void; reject(error: Error): void } | null = null;
  #ref = 0;

  private constructor(webSocket: WebSocket) {
    this.webSocket = webSocket;
    webSocket.on("error", () => {});
    webSocket.on("message", (data: RawData, isBinary: boolean) => {
      const bytes = data as Buffer;
      const frame = isBinary ? new Uint8Array(bytes) : (JSON.parse(bytes.toString()) as unknown[]);
      if (this.#waiting === null) this.#frames.push(frame);
      else this.#waiting.resolve(frame);
    });
    this.closed = new Promise((resolve) => {
      webSocket.on("close", (code, reason) => {
        resolve({ code, reason: reason.toString() });
        this.#waiting?.reject(new Error(`The connection ended with ${code}.`));
      });
    });
  }

  /** Rejects if the upgrade is refused. */
  static async connect(port: number, options: ConnectOptions = {}): Promise<TestClient> {
    const {
      path = "/socket/websocket",
      query = "vsn=2.0.0",
      protocols = [],
      scheme = "ws",
    } = options;
    const url = `${scheme}://127.0.0.1:${port}${path}?${query}`;
    const client = new TestClient(
      new WebSocket(url, [...protocols], { perMessageDeflate: false, rejectUnauthorized: false }),
    );
    await once(client.webSocket, "open");
    return client;
  }

  send(...frame: readonly unknown[]): void {
    this.webSocket.send(JSON.stringify(frame));
  }

  /** The next frame that came or will come. Rejects when the connection ends first. */
  next(): Promise<V2Frame> {
    const frame = this.#frames.shift();
    if (frame !== undefined) return Promise.resolve(frame);
    if (this.webSocket.readyState === WebSocket.CLOSED) {
      return Promise.reject(new Error("The connection has ended."));
    }
    return new Promise((resolve, reject) => {
      const settled = (): void => {
        this.#waiting = null;
      };
      this.#waiting = {
        resolve: (value) => (settled(), resolve(value)),
        reject: (error) => (settled(), reject(error)),
      };
    });
  }

  /** Joins, with a join_ref equal to the topic, and gives the answer's payload. */
  async join(topic: string, params: unknown = {}): Promise<unknown> {
    this.send(topic, topic, topic, "phx_join", params);
    return payloadOf(await this.next());
  }

  /** Pushes without waiting, and gives the ref. */
  push(topic: string, event: string, payload: unknown = {}): string {
    const ref = String(++this.#ref);
    this.send(topic, ref, topic, event, payload);
    return ref;
  }

  /** Pushes, and gives the next frame's payload. */
  async ask(topic: string, event: string, payload: unknown = {}): Promise<unknown> {
    this.push(topic, event, payload);
    return payloadOf(await this.next());
  }

  async close(code?: number): Promise<void> {
    this.webSocket.close(code);
    await this.closed;
  }
}

export function payloadOf(frame: V2Frame): unknown {
  return Array.isArray(frame) ? frame[4] : frame;
}
