// How far the presences of other nodes are known here. Each node numbers its changes; whoever has
// missed one asks for everything. Pure, but for what it is told to ask.
import type { NodeMessage, PresenceChange, PresenceEntry } from "../cluster/node-message.ts";
import type { DiffsByTopic, PresenceTable } from "./presence-table.ts";

interface Replica {
  /** The last change that is known; null while everything is asked for. */
  seq: number | null;
  /** The parts of an answer that have come. */
  readonly parts: PresenceEntry[][];
  partsSeq: number;
}

type Changed = Extract<NodeMessage, { type: "presencesChanged" }>;
type Whole = Extract<NodeMessage, { type: "presences" }>;

export class Replicas {
  readonly #table: PresenceTable;
  readonly #ask: (node: string) => void;
  readonly #replicas = new Map<string, Replica>();

  /** @param ask is to send `presencesWanted`. */
  constructor(table: PresenceTable, ask: (node: string) => void) {
    this.#table = table;
    this.#ask = ask;
  }

  /** A node says how far it has come. An answer that got lost is asked for again by the next one. */
  lives(node: string, seq: number): void {
    const replica = this.#replicas.get(node);
    if (replica?.seq === seq) return;
    if (replica === undefined && seq === 0) this.#replicas.set(node, knowing(0));
    else this.#resync(node);
  }

  changed(node: string, { seq, changes }: Changed, diffs: DiffsByTopic): void {
    const replica = this.#replicas.get(node) ?? (seq === 1 ? knowing(0) : undefined);
    if (replica === undefined) return this.#resync(node);
    // Everything is on its way, and this is in it; or this was in what came.
    if (replica.seq === null || seq <= replica.seq) return;
    if (seq !== replica.seq + 1) return this.#resync(node);
    replica.seq = seq;
    this.#replicas.set(node, replica);
    for (const change of changes) this.#apply(node, change, diffs);
  }

  whole(node: string, { seq, part, parts, entries }: Whole, diffs: DiffsByTopic): void {
    const replica = this.#replicas.get(node);
    // Another node has asked.
    if (replica === undefined || replica.seq !== null) return;
    if (part === 0) {
      replica.parts.length = 0;
      replica.partsSeq = seq;
    }
    if (part !== replica.parts.length || seq !== replica.partsSeq) return;
    replica.parts.push([...entries]);
    if (replica.parts.length < parts) return;
    this.#table.replace(node, replica.parts.flat(), diffs);
    this.#replicas.set(node, knowing(seq));
  }

  vanished(node: string, diffs: DiffsByTopic): void {
    this.#replicas.delete(node);
    this.#table.drop(node, diffs);
  }

  #apply(node: string, change: PresenceChange, diffs: DiffsByTopic): void {
    if ("joined" in change) this.#table.join(node, change.joined, diffs);
    else this.#table.leave(node, change.left[2], diffs);
  }

  #resync(node: string): void {
    this.#replicas.set(node, { ...knowing(0), seq: null });
    this.#ask(node);
  }
}

function knowing(seq: number): Replica {
  return { seq, parts: [], partsSeq: 0 };
}
