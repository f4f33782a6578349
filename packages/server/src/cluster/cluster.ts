// This node's place in a cluster: it publishes what other nodes should know, says now and then that
// it lives, and hands on what others say. What a message leads to is its handlers' business.
import type { Logger } from "../logger.ts";
import type { AdapterEvents, ClusterAdapter, ClusterLink } from "./adapter.ts";
import { decodeEnvelope, encodeEnvelope, type NodeMessage } from "./node-message.ts";
import { Nodes } from "./nodes.ts";

/** When a node is taken for dead. All nodes of a cluster should have the same. Times are ms. */
export interface ClusterTimes {
  /** How often a node says that it lives. */
  readonly interval: number;
  /** A node of which nothing was heard for this long is gone: at least twice the interval. */
  readonly timeout: number;
}

export const DEFAULT_CLUSTER_TIMES: ClusterTimes = { interval: 5_000, timeout: 15_000 };

/** What the cluster works for. None of these throws. */
export interface ClusterHandlers {
  /** Another node said something else than that it lives. False if it makes no sense. */
  said(node: string, message: NodeMessage): boolean;
  /** A node lives, and its presences have come to change number `seq`. */
  lives(node: string, seq: number): void;
  vanished(node: string): void;
  /** The change number of our own presences. */
  seq(): number;
}

/** What a server knows of its cluster, as of the moment when it was asked. */
export interface ClusterStats {
  /** "starting" until the broker was reached, or found to be away, for the first time. */
  readonly state: "starting" | "up" | "down";
  /** How often the broker was lost. */
  readonly losses: number;
  /** How many other nodes live. */
  readonly nodes: number;
  readonly published: number;
  /** Messages for other nodes that the broker did not take: it was away, or did not keep up. */
  readonly lost: number;
  readonly received: number;
  /** What came and was no message of this version, or of one node too many: 1,000 others are known. */
  readonly rejected: number;
}

export class Cluster implements AdapterEvents {
  readonly #node: string;
  readonly #handlers: ClusterHandlers;
  readonly #times: ClusterTimes;
  readonly #logger: Required<Pick<Logger, "error">>;
  readonly #nodes: Nodes;
  readonly #link: ClusterLink;
  readonly #timer: NodeJS.Timeout;
  #state: ClusterStats["state"] = "starting";
  #whenUp: (() => void)[] = [];
  #closed = false;
  #answering: NodeJS.Immediate | null = null;
  #tickedAt = performance.now();
  #losses = 0;
  #published = 0;
  #lost = 0;
  #received = 0;
  #rejected = 0;

  /** @param node this node's name among the others: another one at each start. */
  constructor(
    node: string,
    adapter: ClusterAdapter,
    times: ClusterTimes,
    handlers: ClusterHandlers,
    logger: Required<Pick<Logger, "error">>,
  ) {
    this.#node = node;
    this.#handlers = handlers;
    this.#times = times;
    this.#logger = logger;
    this.#nodes = new Nodes({
      // What it has is asked for when it says how far it has come.
      appeared: () => {},
      vanished: (node) => handlers.vanished(node),
    });
    this.#link = adapter.open(this);
    this.#timer = setInterval(() => this.#tick(), times.interval);
  }

  get stats(): ClusterStats {
    return {
      state: this.#state,
      losses: this.#losses,
      nodes: this.#nodes.size,
      published: this.#published,
      lost: this.#lost,
      received: this.#received,
      rejected: this.#rejected,
    };
  }

  /** Resolves when the broker is there, or the cluster is closed. */
  ready(): Promise<void> {
    if (this.#state === "up" || this.#closed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenUp.push(resolve);
    });
  }

  publish(message: NodeMessage): void {
    if (this.#take(encodeEnvelope(this.#node, message))) this.#published += 1;
    else this.#lost += 1;
  }

  up(): void {
    if (this.#closed) return;
    this.#state = "up";
    this.#release();
    this.#sayAlive("asks");
  }

  down(cause: unknown): void {
    if (this.#closed || this.#state === "down") return;
    if (this.#state === "up") this.#losses += 1;
    this.#state = "down";
    this.#logger.error(
      "The cluster's broker is away: broadcasts reach this node's clients alone until it is back.",
      cause,
    );
  }

  lost(): void {
    this.#published -= 1;
    this.#lost += 1;
  }

  received(bytes: Uint8Array): void {
    if (this.#closed) return;
    const envelope = decodeEnvelope(bytes);
    if (envelope === null) {
      this.#rejected += 1;
      return;
    }
    const { node, message } = envelope;
    if (node === this.#node) return;
    this.#received += 1;
    if (message.type === "gone") return this.#nodes.forget(node);
    if (!this.#nodes.heard(node, performance.now())) {
      this.#rejected += 1;
      return;
    }
    if (message.type !== "alive") {
      if (!this.#handlers.said(node, message)) this.#rejected += 1;
      return;
    }
    // Of many that ask at once, all are answered by one word.
    if (message.asks) this.#answering ??= setImmediate(() => this.#answer());
    this.#handlers.lives(node, message.seq);
  }

  /** Says goodbye, and frees everything. Takes `bound` ms at most, and never rejects. */
  async close(bound: number): Promise<void> {
    if (this.#closed) return;
    this.publish({ type: "gone" });
    this.#closed = true;
    this.#state = "down";
    clearInterval(this.#timer);
    if (this.#answering !== null) clearImmediate(this.#answering);
    this.#release();
    try {
      await this.#link.close(bound);
    } catch (error) {
      this.#logger.error("The cluster's adapter failed to close.", error);
    }
  }

  /** Whether the adapter has taken it. An adapter that throws has not. */
  #take(bytes: Uint8Array): boolean {
    if (this.#state !== "up") return false;
    try {
      return this.#link.publish(bytes);
    } catch (error) {
      this.#logger.error("The cluster's adapter failed to publish.", error);
      return false;
    }
  }

  #answer(): void {
    this.#answering = null;
    this.#sayAlive("tells");
  }

  #tick(): void {
    if (this.#state === "up") this.#sayAlive("tells");
    const now = performance.now();
    const heldUp = now - this.#tickedAt - this.#times.interval;
    this.#tickedAt = now;
    // What others have said meanwhile is not read yet: they are judged at the next tick.
    if (heldUp < this.#times.interval) this.#nodes.expire(now - this.#times.timeout);
  }

  #sayAlive(how: "asks" | "tells"): void {
    this.publish({ type: "alive", asks: how === "asks", seq: this.#handlers.seq() });
  }

  #release(): void {
    const waiting = this.#whenUp;
    this.#whenUp = [];
    for (const resolve of waiting) resolve();
  }
}
