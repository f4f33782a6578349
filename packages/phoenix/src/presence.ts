// npm phoenix's Presence: who is on a topic, kept true by the server's states and diffs. What a diff
// costs is what is in it; what no server should send is left out.
import { call } from "./call.ts";
import type { Channel } from "./channel.ts";
import type { Loose } from "./loose.ts";

interface Meta {
  readonly phx_ref: string;
}

interface Entry {
  metas: Meta[];
}

type Entries = Record<string, Entry>;

/** Told of a key: who was there, or is left, and who came or went. */
export type PresenceCallback = (key?: string, current?: Loose, changed?: Loose) => Loose;

export interface PresenceOpts {
  readonly events?: { readonly state: string; readonly diff: string } | undefined;
}

interface Caller {
  onJoin: PresenceCallback;
  onLeave: PresenceCallback;
  onSync: () => Loose;
}

/** How many diffs wait for a state. The oldest, which the state knows best, are dropped. */
const MAX_PENDING = 1_000;

const nothing = (): void => {};

/**
 * Who is present on a channel's topic.
 *
 * @example
 * ```ts
 * const presence = new Presence(channel);
 * presence.onSync(() => render(presence.list()));
 * ```
 */
export class Presence {
  /** Who is there, by key. It has no prototype: keys are the server's to choose. */
  state: Loose = Object.create(null);
  pendingDiffs: Loose[] = [];
  joinRef: string | null = null;
  readonly channel: Channel;
  readonly caller: Caller = { onJoin: nothing, onLeave: nothing, onSync: nothing };

  constructor(channel: Channel, { events }: PresenceOpts = {}) {
    const { state, diff } = events ?? { state: "presence_state", diff: "presence_diff" };
    this.channel = channel;
    channel.on(state, (entries: unknown) => this.#synced(entries));
    channel.on(diff, (changes: unknown) => this.#changed(changes));
  }

  onJoin(callback: PresenceCallback): void {
    this.caller.onJoin = (...told) => call("onJoin of a Presence", callback, ...told);
  }

  onLeave(callback: PresenceCallback): void {
    this.caller.onLeave = (...told) => call("onLeave of a Presence", callback, ...told);
  }

  onSync(callback: () => Loose): void {
    this.caller.onSync = () => call("onSync of a Presence", callback);
  }

  list<T = Loose>(by?: (key: string, presence: Loose) => T): T[] {
    return Presence.list(this.state, by);
  }

  /** Whether the state of the present membership has not come. */
  inPendingSyncState(): boolean {
    return this.joinRef === null || this.joinRef !== this.channel.joinRef();
  }

  #synced(entries: unknown): void {
    const { onJoin, onLeave, onSync } = this.caller;
    this.joinRef = this.channel.joinRef();
    this.state = Presence.syncState(this.state, entries as object, onJoin, onLeave);
    const pending = this.pendingDiffs;
    this.pendingDiffs = [];
    for (const diff of pending) {
      this.state = Presence.syncDiff(this.state, diff as Diff, onJoin, onLeave);
    }
    onSync();
  }

  #changed(changes: unknown): void {
    if (this.inPendingSyncState()) {
      this.pendingDiffs.push(changes);
      if (this.pendingDiffs.length > MAX_PENDING) this.pendingDiffs.shift();
      return;
    }
    const { onJoin, onLeave, onSync } = this.caller;
    this.state = Presence.syncDiff(this.state, changes as Diff, onJoin, onLeave);
    onSync();
  }

  /** Who is there by `newState`; who is not there any more has left. Returns the state to go on with. */
  static syncState(
    currentState: object,
    newState: object,
    onJoin: PresenceCallback = nothing,
    onLeave: PresenceCallback = nothing,
  ): Loose {
    const current = entriesOf(currentState);
    const next = entriesOf(newState);
    const joins: Entries = Object.create(null);
    const leaves: Entries = Object.create(null);
    for (const key of Object.keys(current)) {
      if (next[key] === undefined) leaves[key] = current[key] as Entry;
    }
    for (const key of Object.keys(next)) {
      const entry = next[key] as Entry;
      const known = current[key];
      if (known === undefined) {
        joins[key] = entry;
        continue;
      }
      const joined = without(entry.metas, known.metas);
      const left = without(known.metas, entry.metas);
      if (joined.length > 0) joins[key] = { ...entry, metas: joined };
      if (left.length > 0) leaves[key] = { ...known, metas: left };
    }
    return Presence.syncDiff(copyOf(current), { joins, leaves }, onJoin, onLeave);
  }

  /** Changes `state` by what came and went, and returns it. */
  static syncDiff(
    state: object,
    diff: Diff,
    onJoin: PresenceCallback = nothing,
    onLeave: PresenceCallback = nothing,
  ): Loose {
    const entries: Entries =
      Object.getPrototypeOf(state) === null ? (state as Entries) : copyOf(entriesOf(state));
    const joins = entriesOf(diff?.joins);
    const leaves = entriesOf(diff?.leaves);
    for (const key of Object.keys(joins)) {
      const joined = joins[key] as Entry;
      const before = entries[key];
      const kept = before === undefined ? [] : without(before.metas, joined.metas);
      entries[key] = { ...joined, metas: [...kept, ...joined.metas] };
      onJoin(key, before, joined);
    }
    for (const key of Object.keys(leaves)) {
      const left = leaves[key] as Entry;
      const known = entries[key];
      if (known === undefined) continue;
      const rest = { ...known, metas: without(known.metas, left.metas) };
      entries[key] = rest;
      onLeave(key, rest, left);
      if (rest.metas.length === 0) delete entries[key];
    }
    return entries;
  }

  /** One value for each key: what `chooser` makes of it, or what is known. */
  static list<T = Loose>(presences: object, chooser?: (key: string, presence: Loose) => T): T[] {
    const choose = chooser ?? ((_key: string, presence: Loose): T => presence as T);
    return Object.entries(presences).map(([key, presence]) => choose(key, presence));
  }
}

interface Diff {
  readonly joins: object;
  readonly leaves: object;
}

/** What has the shape of entries in what a server sent. */
function entriesOf(value: unknown): Entries {
  const entries: Entries = Object.create(null);
  for (const [key, entry] of Object.entries((value ?? {}) as Record<string, unknown>)) {
    if (Array.isArray((entry as Partial<Entry> | null)?.metas)) entries[key] = entry as Entry;
  }
  return entries;
}

function copyOf(entries: Entries): Entries {
  return Object.assign(Object.create(null) as Entries, entries);
}

/** The metas that are not among `others`, by their refs. */
function without(metas: readonly Meta[], others: readonly Meta[]): Meta[] {
  const refs = new Set(others.map((meta) => meta?.phx_ref));
  return metas.filter((meta) => !refs.has(meta?.phx_ref));
}
