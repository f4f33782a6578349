// Who is present on a topic, kept true by a `presence_state` and the `presence_diff`s around it. The
// meaning of both is phoenix's (assets/js/phoenix/presence.js), and so is the order of the changes;
// the cost of a diff is that of the keys in it.
import {
  readDiff,
  readEntries,
  type PresenceDiff,
  type PresenceEntries,
  type PresenceEntry,
  type PresenceMeta,
} from "./presence-entry.ts";

/** What a state or a diff has changed, one key at a time. */
export type PresenceChange<M extends PresenceMeta = PresenceMeta> =
  | {
      readonly type: "joined";
      readonly key: string;
      /** What was known of the key before; undefined if nothing was. */
      readonly before: PresenceEntry<M> | undefined;
      /** What has joined. */
      readonly joined: PresenceEntry<M>;
      /** What is known now. */
      readonly entry: PresenceEntry<M>;
    }
  | {
      readonly type: "left";
      readonly key: string;
      /** What has left. */
      readonly left: PresenceEntry<M>;
      /** What is still there; without metas, the key is gone. */
      readonly entry: PresenceEntry<M>;
    };

/** How many diffs are kept for a state that has not come. The oldest, which the state knows best, are dropped. */
const MAX_PENDING = 1_000;

export class PresenceState<M extends PresenceMeta = PresenceMeta> {
  /** Entries that were not read, since they have not the shape of one. */
  malformed = 0;
  /** Diffs that were dropped, since too many came before the state. */
  droppedDiffs = 0;
  readonly #entries = new Map<string, PresenceEntry<M>>();
  #pending: PresenceDiff<M>[] = [];
  #synced = false;
  readonly #countMalformed = (): void => {
    this.malformed += 1;
  };

  /** By key, in the order in which they came. An entry that does not change stays the same object. */
  get entries(): PresenceEntries<M> {
    return this.#entries;
  }

  /** Whether the state of the present membership has come. */
  get synced(): boolean {
    return this.#synced;
  }

  /** A membership has begun: what is known stays until its state comes, and is then compared with it. */
  begin(): void {
    this.#synced = false;
    this.#pending = [];
  }

  /**
   * Takes the payload of a `presence_state`, and the diffs that came before it.
   * @returns what is different from what was known, in order: who went meanwhile has left.
   */
  sync(payload: unknown): readonly PresenceChange<M>[] {
    const changes: PresenceChange<M>[] = [];
    this.#apply(this.#differenceTo(readEntries(payload, this.#countMalformed)), changes);
    const pending = this.#pending;
    this.#synced = true;
    this.#pending = [];
    for (const diff of pending) this.#apply(diff, changes);
    return changes;
  }

  /**
   * Takes the payload of a `presence_diff`.
   * @returns what it changed, in order; null when it waits for the state.
   */
  diff(payload: unknown): readonly PresenceChange<M>[] | null {
    const diff = readDiff<M>(payload, this.#countMalformed);
    if (!this.#synced) {
      this.#pending.push(diff);
      if (this.#pending.length > MAX_PENDING) {
        this.#pending.shift();
        this.droppedDiffs += 1;
      }
      return null;
    }
    const changes: PresenceChange<M>[] = [];
    this.#apply(diff, changes);
    return changes;
  }

  #differenceTo(state: PresenceEntries<M>): PresenceDiff<M> {
    const joins = new Map<string, PresenceEntry<M>>();
    const leaves = new Map<string, PresenceEntry<M>>();
    for (const [key, entry] of this.#entries) if (!state.has(key)) leaves.set(key, entry);
    for (const [key, entry] of state) {
      const known = this.#entries.get(key);
      if (known === undefined) {
        joins.set(key, entry);
        continue;
      }
      const joined = without(entry.metas, known.metas);
      const left = without(known.metas, entry.metas);
      if (joined.length > 0) joins.set(key, { ...entry, metas: joined });
      if (left.length > 0) leaves.set(key, { ...known, metas: left });
    }
    return { joins, leaves };
  }

  #apply({ joins, leaves }: PresenceDiff<M>, changes: PresenceChange<M>[]): void {
    for (const [key, joined] of joins) {
      const before = this.#entries.get(key);
      const entry =
        before === undefined
          ? joined
          : { ...joined, metas: [...without(before.metas, joined.metas), ...joined.metas] };
      this.#entries.set(key, entry);
      changes.push({ type: "joined", key, before, joined, entry });
    }
    for (const [key, left] of leaves) {
      const known = this.#entries.get(key);
      if (known === undefined) continue;
      const metas = without(known.metas, left.metas);
      const entry = metas.length === known.metas.length ? known : { ...known, metas };
      if (metas.length === 0) this.#entries.delete(key);
      else this.#entries.set(key, entry);
      changes.push({ type: "left", key, left, entry });
    }
  }
}

/** The metas that are not among `others`, by their refs. */
function without<M extends PresenceMeta>(metas: readonly M[], others: readonly M[]): readonly M[] {
  const [first, ...more] = others;
  if (more.length === 0) return metas.filter(({ phx_ref }) => phx_ref !== first?.phx_ref);
  const refs = new Set(others.map(({ phx_ref }) => phx_ref));
  return metas.filter(({ phx_ref }) => !refs.has(phx_ref));
}
