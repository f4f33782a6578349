// What may be said about a presence: small and shallow, since every member is told of it, and every
// node keeps it. Peers choose metas where channels let them.

/** What a channel says about a presence: a JSON object of its own. */
export type PresenceMeta = Readonly<Record<string, unknown>>;

/** Characters of a meta, written as JSON, and of a key. Well below what brokers carry in one message. */
const MAX_META = 64_000;
const MAX_KEY = 1_024;
const MAX_DEPTH = 32;

/**
 * The meta as clients will read it, which nobody can change afterwards.
 * @throws {TypeError} It is no object that JSON can write, or too large, or too deep.
 */
export function metaOf(given: PresenceMeta): PresenceMeta {
  const text = writtenOf(given);
  if (text.length > MAX_META) {
    throw new TypeError(`The meta of a presence may have ${MAX_META} characters of JSON at most.`);
  }
  const meta: unknown = JSON.parse(text);
  if (isMeta(meta)) return meta;
  throw new TypeError(
    `The meta of a presence must be an object that JSON can write, ${MAX_DEPTH} levels deep at most.`,
  );
}

/** @throws {TypeError} No text, or a long one. */
export function checkKey(key: string): void {
  if (typeof key === "string" && key.length <= MAX_KEY) return;
  throw new TypeError(`The key of a presence must be a text of ${MAX_KEY} characters at most.`);
}

/** Whether it is one that a node may have been told of by another. */
export function isMeta(value: unknown): value is PresenceMeta {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject && isShallow(value, MAX_DEPTH);
}

function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return levels > 0 && Object.values(value).every((member) => isShallow(member, levels - 1));
}

function writtenOf(given: PresenceMeta): string {
  try {
    // A function, and undefined, are written as nothing at all.
    return JSON.stringify(given) ?? "null";
  } catch (cause) {
    throw new TypeError("The meta of a presence must be an object that JSON can write.", { cause });
  }
}
