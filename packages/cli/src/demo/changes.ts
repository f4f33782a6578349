// The feed's changes: what each one is, and a bounded log of them. No sockets here.

/** The delay of the flight at `row` is now `delay` minutes. */
export type Change = readonly [row: number, delay: number];

/**
 * The change with the number `seq`, counted from 1. A pure function of its arguments, so that whoever
 * has received a change can compute what it has to be.
 */
export function changeAt(seq: number, rows: number): Change {
  const mixed = mix(seq);
  return [mixed % rows, (mix(mixed) % 300) - 30];
}

/** Spreads a whole number over 32 bits (the finalizer of MurmurHash3). */
export function mix(value: number): number {
  let bits = value >>> 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** Consecutive changes; `first` is the number of the first one. */
export interface ChangeRun {
  readonly first: number;
  readonly changes: readonly Change[];
}

/**
 * The last `capacity` changes. A reader keeps the number of the last change it has and asks for what
 * came after it: no change is given twice or left out, and one who asks for what is gone is told.
 */
export class ChangeLog {
  readonly #capacity: number;
  readonly #ring: Change[] = [];
  readonly #listeners = new Set<() => void>();
  #seq = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** The number of the newest change; 0 before the first. */
  get seq(): number {
    return this.#seq;
  }

  /** The number of the oldest change that is still here. */
  get oldest(): number {
    return Math.max(1, this.#seq - this.#capacity + 1);
  }

  append(changes: readonly Change[]): void {
    for (const change of changes) {
      this.#ring[this.#seq % this.#capacity] = change;
      this.#seq += 1;
    }
    for (const listener of [...this.#listeners]) listener();
  }

  /** What came after the change `after`, at most `limit` of it; null if some of it is gone, or was never. */
  since(after: number, limit: number): ChangeRun | null {
    if (!Number.isSafeInteger(after) || after + 1 < this.oldest || after > this.#seq) return null;
    const end = Math.min(this.#seq, after + limit);
    const changes: Change[] = [];
    for (let seq = after + 1; seq <= end; seq += 1) {
      changes.push(this.#ring[(seq - 1) % this.#capacity] as Change);
    }
    return { first: after + 1, changes };
  }

  /** Calls `listener` after each append. Returns the function that removes it. */
  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
