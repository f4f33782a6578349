// Which other nodes live: whoever was heard of within the timeout.

/** Told when a node comes and goes. */
export interface NodeEvents {
  /** A node was heard of for the first time, or again after it was gone. */
  appeared(node: string): void;
  /** It said that it is gone, or was silent for too long. */
  vanished(node: string): void;
}

/** More than any cluster has that shares one channel. */
const MAX_NODES = 1_000;

export class Nodes {
  readonly #heardAt = new Map<string, number>();
  readonly #events: NodeEvents;

  constructor(events: NodeEvents) {
    this.#events = events;
  }

  get size(): number {
    return this.#heardAt.size;
  }

  /** False if it is one too many: then it is not known, and nobody would be told of its end. */
  heard(node: string, now: number): boolean {
    const isNew = !this.#heardAt.has(node);
    if (isNew && this.#heardAt.size >= MAX_NODES) return false;
    this.#heardAt.set(node, now);
    if (isNew) this.#events.appeared(node);
    return true;
  }

  forget(node: string): void {
    if (this.#heardAt.delete(node)) this.#events.vanished(node);
  }

  /** Forgets the nodes that were not heard of since `moment`. */
  expire(moment: number): void {
    for (const [node, at] of this.#heardAt) if (at < moment) this.forget(node);
  }
}
