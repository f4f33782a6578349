// Who asks for which values. Askers are numbers.

/** Texts that are equal where the values are, or null, each with those who ask for it. */
export class ValueTable {
  /** Most values have one asker, who stands for himself. */
  readonly #askers = new Map<Key, number | Set<number>>();

  /** How many values are asked for. */
  get size(): number {
    return this.#askers.size;
  }

  /** Adds an asker of a value; does nothing if he asks for it already. */
  add(value: string | null, id: number): void {
    const key = keyOf(value);
    const known = this.#askers.get(key);
    if (known === undefined) this.#askers.set(key, id);
    else if (typeof known !== "number") known.add(id);
    else if (known !== id) this.#askers.set(key, new Set([known, id]));
  }

  /** Takes out an asker of a value; does nothing if he does not ask for it. */
  delete(value: string | null, id: number): void {
    const key = keyOf(value);
    const known = this.#askers.get(key);
    if (known === id) this.#askers.delete(key);
    if (typeof known !== "object") return;
    known.delete(id);
    const [only] = known;
    if (known.size === 1 && only !== undefined) this.#askers.set(key, only);
  }

  /** Calls `visit` once for each who asks for the value, and for nobody else. */
  visit(value: string | null, visit: (id: number) => void): void {
    const known = this.#askers.get(keyOf(value));
    if (known === undefined) return;
    if (typeof known === "number") visit(known);
    else for (const id of known) visit(id);
  }

  /** How many ask for the value. */
  count(value: string | null): number {
    const known = this.#askers.get(keyOf(value));
    return typeof known === "object" ? known.size : Number(known !== undefined);
  }
}

type Key = string | number | null;

/** 30 bits, so that nobody can choose numbers that meet: V8 hashes them as they are, and texts not. */
const SEED = Math.floor(Math.random() * 2 ** 30);
const MOST_DIGITS = 9;

/**
 * The value, whole numbers of up to nine digits as numbers: V8 keeps those in the map itself, where
 * each text that is compared is an object of its own that is waited for (P21).
 */
function keyOf(value: string | null): Key {
  if (value === null || value.length > MOST_DIGITS) return value;
  const isShortest = value.length === 1 || value.charCodeAt(0) !== ZERO;
  if (!isShortest || value === "") return value;
  let number = 0;
  for (let at = 0; at < value.length; at += 1) {
    const digit = value.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) return value;
    number = number * 10 + digit;
  }
  return number ^ SEED;
}

const ZERO = 0x30;
