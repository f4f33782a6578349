// A TCP relay between clients and one target, whose behaviour can be changed while it runs.
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { CloseFrameFinder } from "./close-frame-finder.ts";
import { readRequestHead, refusalResponse, type Refusal } from "./handshake.ts";
import { Lane, type LaneBehaviour } from "./relay-lane.ts";
import { resetNow } from "./reset.ts";

const MAX_REQUEST_HEAD = 64 * 1024;

/** What the relay does with its connections, those that are there and those that come. */
export type RelayBehaviour =
  /** Forwards everything: bytes, FIN and RST, after `latency` ms and at most at `bytesPerSecond`. */
  | { readonly type: "pass"; readonly latency?: number; readonly bytesPerSecond?: number }
  /**
   * Forwards nothing and keeps every TCP connection up, as a network does that has lost its way.
   * New connections are accepted and wait. What comes meanwhile is delivered after a change to "pass".
   */
  | { readonly type: "silent" }
  /**
   * Forwards everything but the server's close frame and what follows it, its FIN or RST included:
   * the client's close is never answered. Plain WebSockets only, since it must read them.
   */
  | { readonly type: "withholdClose" }
  /** Answers each new connection's HTTP request with a status and ends it. Present ones pass. */
  | ({ readonly type: "refuse" } & Refusal);

export interface RelayOptions {
  readonly targetPort: number;
  /** "127.0.0.1" unless said otherwise. */
  readonly targetHost?: string;
  /** A free one unless said otherwise. */
  readonly port?: number;
}

/**
 * @example
 * ```ts
 * const relay = await Relay.listen({ targetPort: 4000 });
 * const socket = new WebSocket(`ws://127.0.0.1:${relay.port}/socket`);
 * // …
 * relay.behave({ type: "silent" }); // the client must find out by its heartbeat
 * relay.behave({ type: "pass" });
 * relay.cut(); // every connection is reset on both sides
 * await relay.close();
 * ```
 */
export class Relay {
  static async listen(options: RelayOptions): Promise<Relay> {
    const relay = new Relay(options);
    await new Promise<void>((resolve, reject) => {
      relay.#server.once("error", reject);
      relay.#server.listen(options.port ?? 0, "127.0.0.1", resolve);
    });
    return relay;
  }

  readonly #options: RelayOptions;
  readonly #server: Server;
  readonly #links = new Set<Link>();
  #behaviour: RelayBehaviour = { type: "pass" };

  private constructor(options: RelayOptions) {
    this.#options = options;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
      const link = new Link(client, this.#options, this.#behaviour);
      this.#links.add(link);
      link.onGone = () => this.#links.delete(link);
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get behaviour(): RelayBehaviour {
    return this.#behaviour;
  }

  /** TCP connections that are not over: with the clients, and with the target. */
  get live(): { readonly clients: number; readonly targets: number } {
    let clients = 0;
    let targets = 0;
    for (const link of this.#links) {
      if (!link.client.destroyed) clients += 1;
      if (link.target !== undefined && !link.target.destroyed) targets += 1;
    }
    return { clients, targets };
  }

  behave(behaviour: RelayBehaviour): void {
    this.#behaviour = behaviour;
    for (const link of this.#links) link.behave(behaviour);
  }

  /** Resets both sides of every connection, now. The behaviour stays. */
  cut(): void {
    for (const link of this.#links) link.reset();
  }

  /** Resets what is there and stops listening. Resolves when nothing is left. */
  async close(): Promise<void> {
    const stopped = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    const gone = [...this.#links].map((link) => link.gone());
    this.cut();
    await Promise.all([stopped, ...gone]);
  }
}

/** One client's connection and, unless it was refused or still waits, the target's. */
class Link {
  readonly client: Socket;
  target: Socket | undefined;
  onGone: () => void = () => {};
  readonly #options: RelayOptions;
  #behaviour: RelayBehaviour;
  #refused = false;
  #lanes: { toTarget: Lane; toClient: Lane } | undefined;
  #waiters: (() => void)[] = [];

  constructor(client: Socket, options: RelayOptions, behaviour: RelayBehaviour) {
    this.client = client;
    this.#options = options;
    this.#behaviour = behaviour;
    client.on("error", () => {});
    client.on("close", () => {
      // Without lanes nobody else would tell the target.
      if (this.#lanes === undefined) this.target?.destroy();
      this.#checkGone();
    });
    this.behave(behaviour);
  }

  behave(behaviour: RelayBehaviour): void {
    this.#behaviour = behaviour;
    if (this.#lanes !== undefined) {
      this.#lanes.toTarget.behave(laneBehaviour(behaviour, "toTarget"));
      this.#lanes.toClient.behave(laneBehaviour(behaviour, "toClient"));
    } else if (this.target === undefined && !this.#refused && behaviour.type !== "silent") {
      if (behaviour.type === "refuse") this.#refuse(behaviour);
      else this.#dial();
    }
  }

  reset(): void {
    resetNow(this.client);
    if (this.target !== undefined) resetNow(this.target);
  }

  gone(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
      this.#checkGone();
    });
  }

  #dial(): void {
    const { targetPort: port, targetHost: host = "127.0.0.1" } = this.#options;
    const target = connect({ port, host, allowHalfOpen: true, noDelay: true });
    this.target = target;
    target.on("error", () => {
      if (this.#lanes === undefined) resetNow(this.client);
    });
    target.on("close", () => this.#checkGone());
    target.on("connect", () => {
      const { client } = this;
      const toTarget = laneBehaviour(this.#behaviour, "toTarget");
      const toClient = laneBehaviour(this.#behaviour, "toClient");
      this.#lanes = {
        toTarget: new Lane(client, target, toTarget),
        toClient: new Lane(target, client, toClient, new CloseFrameFinder()),
      };
    });
  }

  #refuse(refusal: Refusal): void {
    this.#refused = true;
    const { client } = this;
    let received = Buffer.alloc(0);
    client.on("data", (chunk: Buffer) => {
      if (client.writableEnded) return;
      received = Buffer.concat([received, chunk]);
      if (readRequestHead(received) === undefined && received.length < MAX_REQUEST_HEAD) return;
      const headers = { Connection: "close", ...refusal.headers };
      client.end(refusalResponse({ ...refusal, headers }));
    });
    client.on("end", () => client.end());
  }

  #checkGone(): void {
    if (!this.client.closed || (this.target !== undefined && !this.target.closed)) return;
    this.onGone();
    for (const resolve of this.#waiters) resolve();
    this.#waiters = [];
  }
}

function laneBehaviour(behaviour: RelayBehaviour, lane: "toTarget" | "toClient"): LaneBehaviour {
  const plain = { flow: "pass", latency: 0, bytesPerSecond: Number.POSITIVE_INFINITY } as const;
  switch (behaviour.type) {
    case "pass":
      return {
        flow: "pass",
        latency: behaviour.latency ?? 0,
        bytesPerSecond: behaviour.bytesPerSecond ?? Number.POSITIVE_INFINITY,
      };
    case "silent":
      return { ...plain, flow: "silent" };
    case "withholdClose":
      return lane === "toClient" ? { ...plain, flow: "stopAtClose" } : plain;
    case "refuse":
      return plain;
  }
}
