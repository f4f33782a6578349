// The database, as the clients see it: changes that flood in for as long as somebody is there to hear
// them, at a steady rate.
import { Socket, type Channel } from "@slipstream/client";

/** Changes a second, and the bytes of each. */
const RATE = 10;
const BYTES = 8 * 1024;

export class Changes {
  /** @param urls the sockets' paths. Connects to each, once. */
  static async begin(urls: readonly string[]): Promise<Changes> {
    const sockets = [...new Set(urls)].map((url) => new Socket(url, { logger: {} }));
    await Promise.all(sockets.map((socket) => socket.connect()));
    const channels = await Promise.all(sockets.map((socket) => socket.join("room:changes", {})));
    return new Changes(sockets, channels);
  }

  readonly #sockets: readonly Socket[];
  readonly #timer: NodeJS.Timeout;

  private constructor(sockets: readonly Socket[], channels: readonly Channel[]) {
    const row = "x".repeat(BYTES);
    let seq = 0;
    this.#sockets = sockets;
    this.#timer = setInterval(() => {
      seq += 1;
      for (const channel of channels) void channel.send("bcast", { seq, row });
    }, 1_000 / RATE);
  }

  /** How many connections of its own it has. */
  get connections(): number {
    return this.#sockets.length;
  }

  async end(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#sockets.map((socket) => socket.disconnect()));
  }
}
