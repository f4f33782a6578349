// The presences of this server: those that its channels track, those that other nodes tell of, and
// the presence_diff that members get when either changes. Source: Phoenix.Presence, Phoenix.Tracker.
import type { NodeMessage, PresenceChange, PresenceEntry } from "../cluster/node-message.ts";
import { checkKey, metaOf, type PresenceMeta } from "./meta.ts";
import {
  DiffsByTopic,
  PresenceTable,
  type Meta,
  type PresenceDiff,
  type PresenceList,
} from "./presence-table.ts";
import { Replicas } from "./replicas.ts";

/** Whoever tracks: its presences end with it. */
export type Tracker = object;

export interface PresenceSurroundings {
  /** Names this node. */
  readonly node: string;
  /** Sends a message to the members of a topic on this node. */
  tell(topic: string, diff: PresenceDiff): void;
  /** Sends a message to the other nodes, if there are any. */
  publish(message: NodeMessage): void;
}

interface Tracked {
  readonly topic: string;
  readonly refs: Map<string, string>;
}

/** Keeps what one message between nodes holds well below the limits of all brokers. */
const PART = 200_000;

export class Presences {
  readonly #around: PresenceSurroundings;
  readonly #table = new PresenceTable();
  readonly #replicas: Replicas;
  readonly #tracked = new Map<Tracker, Tracked>();
  /** Changes that other nodes have not been told. */
  #unsaid: PresenceChange[] = [];
  #seq = 0;
  #refs = 0;
  #isWanted = false;
  #flush: NodeJS.Immediate | null = null;

  constructor(around: PresenceSurroundings) {
    this.#around = around;
    this.#replicas = new Replicas(this.#table, (of) => {
      around.publish({ type: "presencesWanted", of });
    });
  }

  /** How many changes other nodes have been told. */
  get seq(): number {
    return this.#seq;
  }

  list(topic: string): PresenceList {
    return this.#table.list(topic);
  }

  metas(topic: string, key: string): readonly Meta[] {
    return this.#table.metas(topic, key);
  }

  /**
   * A second call for the same key replaces what the first one said.
   * @throws {TypeError} The meta or the key is none (see meta.ts). Nothing has changed.
   */
  track(tracker: Tracker, topic: string, key: string, meta: PresenceMeta): void {
    checkKey(key);
    const own = metaOf(meta);
    this.#change((diffs) => this.#put(tracker, topic, key, own, diffs));
  }

  /** False if the tracker has no such key. */
  update(
    tracker: Tracker,
    topic: string,
    key: string,
    change: (meta: PresenceMeta) => PresenceMeta,
  ): boolean {
    const ref = this.#tracked.get(tracker)?.refs.get(key);
    const before = this.metas(topic, key).find(({ phx_ref }) => phx_ref === ref);
    if (before === undefined) return false;
    const { phx_ref: _ref, phx_ref_prev: _previous, ...meta } = before;
    this.track(tracker, topic, key, change(meta));
    return true;
  }

  untrack(tracker: Tracker, key: string): void {
    const tracked = this.#tracked.get(tracker);
    const ref = tracked?.refs.get(key);
    if (tracked === undefined || ref === undefined) return;
    tracked.refs.delete(key);
    if (tracked.refs.size === 0) this.#tracked.delete(tracker);
    this.#change((diffs) => this.#take(tracked.topic, key, ref, diffs));
  }

  /** The tracker is over. */
  end(tracker: Tracker): void {
    const tracked = this.#tracked.get(tracker);
    if (tracked === undefined) return;
    this.#tracked.delete(tracker);
    this.#change((diffs) => {
      for (const [key, ref] of tracked.refs) this.#take(tracked.topic, key, ref, diffs);
    });
  }

  // Other nodes.

  lives(node: string, seq: number): void {
    this.#replicas.lives(node, seq);
  }

  vanished(node: string): void {
    this.#told((diffs) => this.#replicas.vanished(node, diffs));
  }

  said(node: string, message: NodeMessage): void {
    switch (message.type) {
      case "presencesChanged":
        return this.#told((diffs) => this.#replicas.changed(node, message, diffs));
      case "presences":
        return this.#told((diffs) => this.#replicas.whole(node, message, diffs));
      case "presencesWanted":
        if (message.of !== this.#around.node) return;
        this.#isWanted = true;
        return this.#flushSoon();
      case "alive":
      case "broadcast":
      case "disconnect":
      case "gone":
    }
  }

  /** Says what is unsaid, and nothing after that. */
  close(): void {
    this.flush();
  }

  /** Tells other nodes what they have not been told. */
  flush(): void {
    if (this.#flush !== null) clearImmediate(this.#flush);
    this.#flush = null;
    if (this.#unsaid.length > 0) {
      const changes = this.#unsaid;
      this.#unsaid = [];
      for (const part of inParts(changes)) {
        this.#seq += 1;
        this.#around.publish({ type: "presencesChanged", seq: this.#seq, changes: part });
      }
    }
    if (!this.#isWanted) return;
    this.#isWanted = false;
    const parts = inParts(this.#table.entriesOf(this.#around.node));
    if (parts.length === 0) parts.push([]);
    for (const [part, entries] of parts.entries()) {
      this.#around.publish({
        type: "presences",
        seq: this.#seq,
        part,
        parts: parts.length,
        entries,
      });
    }
  }

  #put(
    tracker: Tracker,
    topic: string,
    key: string,
    given: PresenceMeta,
    diffs: DiffsByTopic,
  ): void {
    let tracked = this.#tracked.get(tracker);
    if (tracked === undefined) {
      tracked = { topic, refs: new Map() };
      this.#tracked.set(tracker, tracked);
    }
    const previous = tracked.refs.get(key);
    if (previous !== undefined) this.#take(topic, key, previous, diffs);
    this.#refs += 1;
    // Unique among all nodes, since each has a name of its own.
    const ref = `${this.#around.node.slice(0, 12)}.${this.#refs.toString(36)}`;
    const meta = previous === undefined ? given : { ...given, phx_ref_prev: previous };
    const entry: PresenceEntry = [topic, key, ref, meta];
    tracked.refs.set(key, ref);
    this.#table.join(this.#around.node, entry, diffs);
    this.#unsaid.push({ joined: entry });
  }

  #take(topic: string, key: string, ref: string, diffs: DiffsByTopic): void {
    this.#table.leave(this.#around.node, ref, diffs);
    this.#unsaid.push({ left: [topic, key, ref] });
  }

  /** A change of our own. */
  #change(work: (diffs: DiffsByTopic) => void): void {
    this.#told(work);
    this.#flushSoon();
  }

  #told(work: (diffs: DiffsByTopic) => void): void {
    const diffs = new DiffsByTopic();
    work(diffs);
    for (const [topic, diff] of diffs) this.#around.tell(topic, diff);
  }

  #flushSoon(): void {
    this.#flush ??= setImmediate(() => this.flush());
  }
}

/** Cuts a list so that no part is much longer than PART when it is written. */
function inParts<T>(items: readonly T[]): T[][] {
  const parts: T[][] = [];
  let size = PART;
  for (const item of items) {
    const length = JSON.stringify(item).length;
    if (size + length > PART) {
      parts.push([]);
      size = 0;
    }
    parts.at(-1)?.push(item);
    size += length;
  }
  return parts;
}
