// Who is present where, on every node of the cluster. Each node writes its own entries alone, so that
// nothing can conflict. Pure: no I/O, no clock.
import type { PresenceEntry } from "../cluster/node-message.ts";

/** What is known of one presence: what its author gave, and the ref that tells it from others. */
export interface Meta {
  readonly phx_ref: string;
  /** What it was before an update. */
  readonly phx_ref_prev?: string;
  readonly [name: string]: unknown;
}

/** The presences by key, as clients know them. Has no prototype: keys may be whatever clients choose. */
export interface PresenceList {
  readonly [key: string]: { readonly metas: readonly Meta[] };
}

/** What changed in one topic. */
export interface PresenceDiff {
  readonly joins: PresenceList;
  readonly leaves: PresenceList;
}

interface Entry {
  readonly node: string;
  readonly topic: string;
  readonly key: string;
  readonly meta: Meta;
}

/** Of one node by ref, of several by node and ref: none can take another's entries away. */
type ByRef = Map<string, Entry>;

type Side = Map<string, Entry>;

/** Collects changes by ref, to tell each topic once. What came and went in between is not told. */
export class DiffsByTopic {
  readonly #topics = new Map<string, { readonly joins: Side; readonly leaves: Side }>();

  joined(entry: Entry): void {
    this.#of(entry.topic).joins.set(entry.meta.phx_ref, entry);
  }

  left(entry: Entry): void {
    const { joins, leaves } = this.#of(entry.topic);
    const ref = entry.meta.phx_ref;
    if (!joins.delete(ref)) leaves.set(ref, entry);
  }

  *[Symbol.iterator](): Generator<readonly [topic: string, diff: PresenceDiff]> {
    for (const [topic, { joins, leaves }] of this.#topics) {
      if (joins.size + leaves.size > 0) {
        yield [topic, { joins: sideOf(joins), leaves: sideOf(leaves) }];
      }
    }
  }

  #of(topic: string): { readonly joins: Side; readonly leaves: Side } {
    return valueOf(this.#topics, topic, () => ({ joins: new Map(), leaves: new Map() }));
  }
}

function sideOf(side: Side): PresenceList {
  const keys = new Map<string, Meta[]>();
  for (const { key, meta } of side.values()) valueOf(keys, key, () => []).push(meta);
  return listOf(keys);
}

export class PresenceTable {
  readonly #topics = new Map<string, Map<string, ByRef>>();
  readonly #nodes = new Map<string, ByRef>();

  /** What one node has, for another that does not know it. */
  entriesOf(node: string): PresenceEntry[] {
    const entries = [...(this.#nodes.get(node)?.values() ?? [])];
    return entries.map(({ topic, key, meta }) => [topic, key, meta.phx_ref, meta]);
  }

  list(topic: string): PresenceList {
    const keys = this.#topics.get(topic) ?? new Map<string, ByRef>();
    return listOf(new Map([...keys].map(([key, refs]) => [key, metasOf(refs)] as const)));
  }

  metas(topic: string, key: string): readonly Meta[] {
    return metasOf(this.#topics.get(topic)?.get(key) ?? new Map());
  }

  /** Adds a presence, unless it is there. */
  join(node: string, [topic, key, ref, { ...meta }]: PresenceEntry, diffs: DiffsByTopic): void {
    const ofNode = valueOf(this.#nodes, node, newByRef);
    if (ofNode.has(ref)) return;
    const entry: Entry = { node, topic, key, meta: { ...meta, phx_ref: ref } };
    ofNode.set(ref, entry);
    valueOf(valueOf(this.#topics, topic, newByKey), key, newByRef).set(`${node} ${ref}`, entry);
    diffs.joined(entry);
  }

  /** Takes a presence away, if it is there. */
  leave(node: string, ref: string, diffs: DiffsByTopic): void {
    const ofNode = this.#nodes.get(node);
    const entry = ofNode?.get(ref);
    if (ofNode === undefined || entry === undefined) return;
    ofNode.delete(ref);
    if (ofNode.size === 0) this.#nodes.delete(node);
    const { topic, key } = entry;
    const keys = this.#topics.get(topic);
    const refs = keys?.get(key);
    refs?.delete(`${node} ${ref}`);
    if (refs?.size === 0) keys?.delete(key);
    if (keys?.size === 0) this.#topics.delete(topic);
    diffs.left(entry);
  }

  /** Takes all presences of a node away. */
  drop(node: string, diffs: DiffsByTopic): void {
    for (const ref of [...(this.#nodes.get(node)?.keys() ?? [])]) this.leave(node, ref, diffs);
  }

  /** Makes a node's presences what it says that they are. */
  replace(node: string, entries: readonly PresenceEntry[], diffs: DiffsByTopic): void {
    const refs = new Set(entries.map(([, , ref]) => ref));
    for (const ref of [...(this.#nodes.get(node)?.keys() ?? [])]) {
      if (!refs.has(ref)) this.leave(node, ref, diffs);
    }
    for (const entry of entries) this.join(node, entry, diffs);
  }
}

const newByRef = (): ByRef => new Map();
const newByKey = (): Map<string, ByRef> => new Map();

function valueOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const had = map.get(key);
  if (had !== undefined) return had;
  const made = make();
  map.set(key, made);
  return made;
}

function metasOf(refs: ByRef): Meta[] {
  return [...refs.values()].map(({ meta }) => meta);
}

function listOf(keys: ReadonlyMap<string, readonly Meta[]>): PresenceList {
  const list = Object.create(null) as Record<string, { metas: readonly Meta[] }>;
  for (const [key, metas] of keys) list[key] = { metas };
  return list;
}
