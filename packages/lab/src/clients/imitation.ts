// An imitation of the clients that the original left: they do their work like any other, and when
// their owner goes away they stay. Three ways of staying, each by its name.
import { connect as connectTcp, type Socket as TcpSocket } from "node:net";
import { WebSocket } from "ws";
import type { LabChannel, LabClient, LabSocket } from "./lab-client.ts";

/**
 * - `read`: abandoned, but still read and pinged, which the server's idle timeout takes for life.
 * - `unread`: abandoned and not read any more: what the server says piles up.
 * - `unanswered`: the server is asked to close, and its close frame and its FIN are never answered.
 */
export const ABANDONMENTS = ["read", "unread", "unanswered"] as const;
export type Abandonment = (typeof ABANDONMENTS)[number];

/** A second between pings. */
const PING_INTERVAL = 1_000;

interface Waiter {
  resolve(response: unknown): void;
  reject(error: Error): void;
}

/** As little of Phoenix's protocol as the work needs. */
class ImitationSocket implements LabSocket {
  readonly #webSocket: WebSocket;
  readonly #tcp: TcpSocket;
  readonly #abandonment: Abandonment;
  readonly #waiters = new Map<string, Waiter>();
  #refs = 0;
  #lastChannel: LabChannel | null = null;

  constructor(webSocket: WebSocket, tcp: TcpSocket, abandonment: Abandonment) {
    this.#webSocket = webSocket;
    this.#tcp = tcp;
    this.#abandonment = abandonment;
    webSocket.on("message", (data: Buffer) => this.#receive(data));
    webSocket.on("close", () => this.#fail());
  }

  async join(topic: string, params: object): Promise<LabChannel> {
    const joinRef = String(this.#refs + 1);
    await this.#ask(joinRef, topic, "phx_join", params);
    this.#lastChannel = {
      push: (event, payload) => this.#ask(joinRef, topic, event, payload),
    };
    return this.#lastChannel;
  }

  /** Whatever the farewell: nobody is left to say it. */
  end(): void {
    switch (this.#abandonment) {
      case "read": {
        const pings = setInterval(() => {
          if (this.#webSocket.readyState === WebSocket.OPEN) this.#webSocket.ping();
          else clearInterval(pings);
        }, PING_INTERVAL);
        return;
      }
      case "unread":
        this.#tcp.pause();
        this.#webSocket.pause();
        return;
      case "unanswered":
        void this.#lastChannel?.push("ws_close", { code: 1000 }).catch(() => {});
        // What comes is thrown away without a look, a close frame and a FIN too.
        this.#tcp.removeAllListeners("data").removeAllListeners("end");
        this.#tcp.resume();
    }
  }

  #ask(joinRef: string, topic: string, event: string, payload: object): Promise<unknown> {
    const ref = String((this.#refs += 1));
    return new Promise((resolve, reject) => {
      this.#waiters.set(ref, { resolve, reject });
      this.#webSocket.send(JSON.stringify([joinRef, ref, topic, event, payload]));
    });
  }

  #receive(data: Buffer): void {
    const [, ref, , event, payload] = JSON.parse(data.toString()) as readonly [
      unknown,
      string,
      unknown,
      string,
      { readonly status?: string; readonly response?: unknown },
    ];
    if (event !== "phx_reply") return;
    const waiter = this.#waiters.get(ref);
    this.#waiters.delete(ref);
    if (payload.status === "ok") waiter?.resolve(payload.response);
    else waiter?.reject(new Error("The server replied error."));
  }

  #fail(): void {
    for (const waiter of this.#waiters.values()) {
      waiter.reject(new Error("The connection was lost."));
    }
    this.#waiters.clear();
  }
}

/** @param abandonment asked for each connection. */
export function imitation(abandonment: () => Abandonment): LabClient {
  return {
    connect(url, params) {
      return new Promise((resolve, reject) => {
        const { hostname, port } = new URL(url);
        const query = new URLSearchParams({ ...params, vsn: "2.0.0" }).toString();
        // Half-open is allowed, so that a FIN is not answered unless somebody answers it.
        const tcp = connectTcp({ host: hostname, port: Number(port), allowHalfOpen: true });
        const webSocket = new WebSocket(`${url}/websocket?${query}`, {
          createConnection: () => tcp,
        });
        webSocket.on("error", reject);
        webSocket.on("open", () => {
          resolve(new ImitationSocket(webSocket, tcp, abandonment()));
        });
      });
    },
  };
}
