// What reaches beyond one connection: broadcasts, presences and disconnects, on this node and, where
// there is a cluster, on the others.
import type { ClusterChoice } from "../cluster-options.ts";
import { Cluster, type ClusterHandlers, type ClusterStats } from "../cluster/cluster.ts";
import type { NodeMessage } from "../cluster/node-message.ts";
import { randomNode } from "../cluster/node-name.ts";
import type { Counters } from "../counters.ts";
import type { Logger } from "../logger.ts";
import { Presences } from "../presence/presences.ts";
import { PubSub } from "./pub-sub.ts";

export class Distribution {
  readonly pubSub: PubSub;
  readonly presences: Presences;
  readonly #cluster: Cluster | null;
  readonly #disconnectHere: (id: string) => number;

  /** @param disconnectHere closes the connections of an id on this node, and says how many. */
  constructor(
    choice: ClusterChoice | null,
    counters: Counters,
    disconnectHere: (id: string) => number,
    logger: Required<Pick<Logger, "error">>,
  ) {
    const node = randomNode();
    const publish = (message: NodeMessage): void => this.#cluster?.publish(message);
    this.#disconnectHere = disconnectHere;
    this.pubSub = new PubSub(
      counters,
      choice === null
        ? null
        : (topic, event, wire) => publish({ type: "broadcast", topic, event, wire }),
    );
    this.presences = new Presences({
      node,
      tell: (topic, diff) => {
        try {
          this.pubSub.broadcastHere(topic, "presence_diff", diff);
        } catch (error) {
          // Channels that end are told of here, and must come to their end.
          logger.error("A presence_diff could not be written, and was told nobody.", error);
        }
      },
      publish,
    });
    this.#cluster =
      choice === null
        ? null
        : new Cluster(node, choice.adapter, choice.times, this.#handlers(), logger);
  }

  get stats(): ClusterStats | null {
    return this.#cluster?.stats ?? null;
  }

  /** Resolves when what is said here reaches other nodes: at once where there are none. */
  ready(): Promise<void> {
    return this.#cluster?.ready() ?? Promise.resolve();
  }

  disconnect(id: string): number {
    this.#cluster?.publish({ type: "disconnect", id });
    return this.#disconnectHere(id);
  }

  /** Takes `bound` ms at most. */
  async close(bound: number): Promise<void> {
    this.presences.close();
    await this.#cluster?.close(bound);
  }

  #handlers(): ClusterHandlers {
    const { presences, pubSub } = this;
    return {
      seq: () => presences.seq,
      lives: (other, seq) => presences.lives(other, seq),
      vanished: (other) => presences.vanished(other),
      said: (other, message) => {
        if (message.type === "broadcast") return pubSub.forwarded(message.topic, message.wire);
        if (message.type === "disconnect") this.#disconnectHere(message.id);
        else presences.said(other, message);
        return true;
      },
    };
  }
}
