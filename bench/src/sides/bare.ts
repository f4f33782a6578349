// Channels by hand over the library `ws`: what a competent person writes who wants no client. It
// finds the channel and the handler of each message and the caller of each reply, and fails the
// callers when the connection ends. It has nothing else: no timeouts, no reconnects, no checks of
// what the server sends.
import { once } from "node:events";
import { WebSocket } from "ws";
import type { Side, SideChannel, SideSocket } from "./side.ts";

interface Waiting {
  readonly resolve: (response: unknown) => void;
  readonly reject: (error: Error) => void;
}

type Message = [
  joinRef: string | null,
  ref: string | null,
  topic: string,
  event: string,
  payload: unknown,
];

interface Reply {
  readonly status: string;
  readonly response: unknown;
}

class BareSocket implements SideSocket {
  readonly #socket: WebSocket;
  readonly #channels = new Map<string, BareChannel>();
  readonly #waiting = new Map<string, Waiting>();
  #refs = 0;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data: Buffer) => this.#receive(data));
    socket.on("close", () => this.#lose());
  }

  channel(topic: string, params: object): BareChannel {
    const channel = new BareChannel(this, topic, params);
    this.#channels.set(topic, channel);
    return channel;
  }

  forget(topic: string): void {
    this.#channels.delete(topic);
  }

  nextRef(): string {
    this.#refs += 1;
    return String(this.#refs);
  }

  ask(
    joinRef: string,
    ref: string,
    topic: string,
    event: string,
    payload: object,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(ref, { resolve, reject });
      this.#socket.send(JSON.stringify([joinRef, ref, topic, event, payload]));
    });
  }

  async disconnect(): Promise<void> {
    this.#socket.close(1000);
    await once(this.#socket, "close");
  }

  #receive(data: Buffer): void {
    const [, ref, topic, event, payload] = JSON.parse(data.toString()) as Message;
    if (event === "phx_reply") this.#settle(ref ?? "", payload as Reply);
    else this.#channels.get(topic)?.receive(event, payload);
  }

  #settle(ref: string, { status, response }: Reply): void {
    const waiting = this.#waiting.get(ref);
    this.#waiting.delete(ref);
    if (status === "ok") waiting?.resolve(response);
    else waiting?.reject(new Error(`The server replied ${status}.`));
  }

  #lose(): void {
    for (const { reject } of this.#waiting.values()) reject(new Error("The connection ended."));
    this.#waiting.clear();
  }
}

class BareChannel implements SideChannel {
  readonly #socket: BareSocket;
  readonly #topic: string;
  readonly #params: object;
  readonly #handlers = new Map<string, (payload: unknown) => void>();
  #joinRef = "";

  constructor(socket: BareSocket, topic: string, params: object) {
    this.#socket = socket;
    this.#topic = topic;
    this.#params = params;
  }

  on(event: string, handler: (payload: unknown) => void): void {
    this.#handlers.set(event, handler);
  }

  receive(event: string, payload: unknown): void {
    this.#handlers.get(event)?.(payload);
  }

  join(): Promise<unknown> {
    this.#joinRef = this.#socket.nextRef();
    return this.#socket.ask(this.#joinRef, this.#joinRef, this.#topic, "phx_join", this.#params);
  }

  push(event: string, payload: object): Promise<unknown> {
    return this.#socket.ask(this.#joinRef, this.#socket.nextRef(), this.#topic, event, payload);
  }

  async leave(): Promise<void> {
    await this.push("phx_leave", {});
    this.#socket.forget(this.#topic);
  }
}

/** An error is followed by "close", which tells whoever waits. */
function ignore(): void {}

export const bare: Side = {
  async connect(url) {
    const socket = new WebSocket(`${url}/websocket?vsn=2.0.0`, { perMessageDeflate: false });
    const bareSocket = new BareSocket(socket);
    await once(socket, "open");
    socket.on("error", ignore);
    return bareSocket;
  },
};
