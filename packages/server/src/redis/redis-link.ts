// The two connections to Redis of one node: up when both are.
import type { Redis } from "ioredis";
import type { AdapterEvents, ClusterLink } from "../cluster/adapter.ts";
import { settled } from "../cluster/settled.ts";

export interface RedisLinkOptions {
  readonly channel: string;
  readonly maxBuffered: number;
}

/** How often each connection is asked whether it lives, in ms; `commandTimeout` bounds the answer. */
const PING_INTERVAL = 10_000;

export class RedisLink implements ClusterLink {
  readonly #publisher: Redis;
  readonly #subscriber: Redis;
  readonly #options: RedisLinkOptions;
  readonly #events: AdapterEvents;
  readonly #pings: NodeJS.Timeout;
  #isListening = false;
  #isUp = false;
  #isClosed = false;
  #cause: unknown = new Error("Redis has closed the connection.");

  constructor(
    publisher: Redis,
    subscriber: Redis,
    options: RedisLinkOptions,
    events: AdapterEvents,
  ) {
    this.#publisher = publisher;
    this.#subscriber = subscriber;
    this.#options = options;
    this.#events = events;
    for (const client of [publisher, subscriber]) {
      client.on("error", (error: Error) => {
        this.#cause = withoutCommand(error);
        this.#lost();
      });
      client.on("close", () => this.#lost());
    }
    publisher.on("ready", () => this.#maybeUp());
    subscriber.on("ready", () => void this.#listen());
    subscriber.on("close", () => {
      this.#isListening = false;
    });
    subscriber.on("messageBuffer", (_channel: Buffer, bytes: Buffer) => {
      if (!this.#isClosed) events.received(bytes);
    });
    this.#pings = setInterval(() => this.#ping(), PING_INTERVAL);
  }

  publish(bytes: Uint8Array): boolean {
    const publisher = this.#publisher;
    if (!this.#isUp || publisher.stream.writableLength > this.#options.maxBuffered) return false;
    publisher.publish(this.#options.channel, toBuffer(bytes)).catch(() => this.#events.lost());
    return true;
  }

  async close(bound: number): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#pings);
    // QUIT is answered when all that was published before it has been.
    if (this.#publisher.status === "ready") await settled(this.#publisher.quit(), bound);
    await Promise.all([this.#publisher, this.#subscriber].map(disconnected));
  }

  async #listen(): Promise<void> {
    try {
      await this.#subscriber.subscribe(this.#options.channel);
    } catch (error) {
      this.#cause = withoutCommand(error);
      this.#subscriber.disconnect(true);
      return;
    }
    this.#isListening = true;
    this.#maybeUp();
  }

  #maybeUp(): void {
    if (this.#isUp || this.#isClosed || !this.#isListening) return;
    if (this.#publisher.status !== "ready") return;
    this.#isUp = true;
    this.#events.up();
  }

  #lost(): void {
    this.#isUp = false;
    if (!this.#isClosed) this.#events.down(this.#cause);
  }

  #ping(): void {
    for (const client of [this.#publisher, this.#subscriber]) {
      if (client.status === "ready") client.ping().catch(() => client.disconnect(true));
    }
  }
}

/** ioredis keeps the command on what Redis answered to it, and a log-in has the password. */
function withoutCommand(error: unknown): unknown {
  if (!(error instanceof Error) || !("command" in error)) return error;
  const told = new Error(`Redis has said: ${error.message}`);
  told.name = error.name;
  return told;
}

/** Resolves when nothing is left of a client. */
function disconnected(client: Redis): Promise<void> {
  if (client.status === "end") return Promise.resolve();
  if (client.status === "reconnecting") {
    // Between two attempts there is only a timer, whose end is told nobody.
    client.disconnect();
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    client.once("end", () => resolve());
    client.disconnect();
  });
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
