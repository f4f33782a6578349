// What Phoenix sends about who is present, and reading it: whatever a server sends, what comes out of
// here has the right shape and owns no prototype of the server's choice.

/** One place where somebody is present, such as a tab. Whatever else the server tracks stands beside the ref. */
export interface PresenceMeta {
  /** Names this meta and no other. */
  readonly phx_ref: string;
  /** What the meta was called before it was updated. */
  readonly phx_ref_prev?: string;
}

/** Somebody who is present, as the server sent it: the metas, and what the server's `fetch` added. */
export interface PresenceEntry<M extends PresenceMeta = PresenceMeta> {
  /** Never empty, but in what has just left. */
  readonly metas: readonly M[];
  readonly [field: string]: unknown;
}

/** Entries by key. */
export type PresenceEntries<M extends PresenceMeta = PresenceMeta> = ReadonlyMap<
  string,
  PresenceEntry<M>
>;

export interface PresenceDiff<M extends PresenceMeta = PresenceMeta> {
  readonly joins: PresenceEntries<M>;
  readonly leaves: PresenceEntries<M>;
}

/** What is well-formed in the payload of a `presence_state`. `malformed` is called for each entry that is not. */
export function readEntries<M extends PresenceMeta>(
  payload: unknown,
  malformed: () => void,
): PresenceEntries<M> {
  const entries = new Map<string, PresenceEntry<M>>();
  if (isRecord(payload)) {
    for (const [key, value] of Object.entries(payload)) {
      if (isEntry<M>(value)) entries.set(key, value);
      else malformed();
    }
  } else {
    malformed();
  }
  return entries;
}

/** The same of the payload of a `presence_diff`. */
export function readDiff<M extends PresenceMeta>(
  payload: unknown,
  malformed: () => void,
): PresenceDiff<M> {
  const { joins = {}, leaves = {} }: Record<string, unknown> = isRecord(payload)
    ? payload
    : { joins: null, leaves: {} };
  return {
    joins: readEntries(joins, malformed),
    leaves: readEntries(leaves, malformed),
  };
}

function isEntry<M extends PresenceMeta>(value: unknown): value is PresenceEntry<M> {
  if (!isRecord(value)) return false;
  const { metas } = value;
  return Array.isArray(metas) && metas.length > 0 && metas.every(isMeta);
}

function isMeta(value: unknown): boolean {
  return isRecord(value) && typeof value["phx_ref"] === "string";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
