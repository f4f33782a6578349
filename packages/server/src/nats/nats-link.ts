// The connection to NATS of one node.
import { connect, type NatsConnection, type NodeConnectionOptions } from "@nats-io/transport-node";
import type { AdapterEvents, ClusterLink } from "../cluster/adapter.ts";
import { settled } from "../cluster/settled.ts";

export interface NatsLinkOptions {
  readonly connection: NodeConnectionOptions;
  readonly subject: string;
  /** Bytes that may wait for a NATS that does not take them. */
  readonly maxBuffered: number;
}

/** Ms between two first attempts to connect, at the most. Later ones are the library's. */
const RETRY = 1_000;

export class NatsLink implements ClusterLink {
  readonly #options: NatsLinkOptions;
  readonly #events: AdapterEvents;
  #connection: NatsConnection | null = null;
  #connecting: Promise<void>;
  #timer: NodeJS.Timeout | null = null;
  #isUp = false;
  #isClosed = false;
  /** Bytes of which NATS has not said that it has them. */
  #waiting = 0;
  #isFlushing = false;

  constructor(options: NatsLinkOptions, events: AdapterEvents) {
    this.#options = options;
    this.#events = events;
    this.#connecting = this.#connect();
  }

  publish(bytes: Uint8Array): boolean {
    const { subject, maxBuffered } = this.#options;
    if (this.#connection === null || !this.#isUp || this.#waiting > maxBuffered) return false;
    // NATS ends the connection of whoever sends it too much at once.
    const largest = this.#connection.info?.max_payload ?? Infinity;
    if (bytes.byteLength > largest) return false;
    this.#connection.publish(subject, bytes);
    this.#waiting += bytes.byteLength;
    if (!this.#isFlushing) void this.#flush(this.#connection);
    return true;
  }

  async close(bound: number): Promise<void> {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await settled(this.#connecting, bound);
    if (this.#connection === null) return;
    if (this.#isUp) await settled(this.#connection.drain(), bound);
    await settled(this.#connection.close(), bound);
  }

  async #connect(): Promise<void> {
    let connection: NatsConnection;
    try {
      connection = await connect(this.#options.connection);
    } catch (error) {
      this.#retry(error);
      return;
    }
    if (this.#isClosed) return connection.close();
    this.#connection = connection;
    connection.subscribe(this.#options.subject, {
      callback: (error, message) => {
        if (error === null && !this.#isClosed) this.#events.received(message.data);
      },
    });
    void this.#watch(connection);
    // The subscription is there when NATS has answered what came behind it.
    await this.#nowUp(connection);
  }

  #retry(cause: unknown): void {
    if (this.#isClosed) return;
    this.#events.down(cause);
    this.#timer = setTimeout(() => {
      this.#connecting = this.#connect();
    }, Math.random() * RETRY);
  }

  async #nowUp(connection: NatsConnection): Promise<void> {
    try {
      await connection.flush();
    } catch {
      // Lost again: what `status` tells comes next.
      return;
    }
    if (this.#isClosed || this.#isUp) return;
    this.#isUp = true;
    this.#events.up();
  }

  async #watch(connection: NatsConnection): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === "reconnect") void this.#nowUp(connection);
      if (status.type === "disconnect" || status.type === "staleConnection") {
        this.#lost(new Error("NATS has closed the connection, or does not answer."));
      }
    }
    if (this.#isClosed) return;
    // The library has given up, as it does when its credentials are refused for a while. We do not.
    const cause = await connection.closed();
    this.#connection = null;
    this.#lost(cause);
    this.#retry(cause);
  }

  #lost(cause: unknown): void {
    this.#isUp = false;
    this.#waiting = 0;
    if (!this.#isClosed) this.#events.down(cause);
  }

  async #flush(connection: NatsConnection): Promise<void> {
    this.#isFlushing = true;
    while (this.#waiting > 0 && this.#isUp) {
      const covered = this.#waiting;
      try {
        await connection.flush();
      } catch {
        break;
      }
      this.#waiting = Math.max(0, this.#waiting - covered);
    }
    this.#isFlushing = false;
  }
}
