// Who asks for which values: a hash table of numbers alone. The value itself is not kept, for
// whoever is found is asked anyway; two values of one hash are rare, and cost one such question.
import { doubled } from "./growing.ts";

/** An empty slot, and the end of a chain. Links begin at 1. */
const NONE = 0;

/** What is where in a slot: the hash, and the first link of its chain. */
const HASH = 0;
const FIRST = 1;
const SLOT = 2;

/** What is where in a link: whose it is, and the next one of the same hash. */
const ID = 0;
const NEXT = 1;
const LINK = 2;

export class ValueTable {
  /** So that nobody can choose values that meet. */
  readonly #seed: number;
  #slots = new Uint32Array(16 * SLOT);
  #links = new Uint32Array(16 * LINK);
  #end = LINK;
  #free: number = NONE;
  /** How many slots are, or were, in use. */
  #taken = 0;
  #size = 0;

  constructor(seed: number = Math.random()) {
    this.#seed = Math.floor(seed * 2 ** 32) | 0;
  }

  /** How many pairs of a value and an asker there are. */
  get size(): number {
    return this.#size;
  }

  add(value: string, id: number): void {
    if ((this.#taken + 1) * 2 * SLOT > this.#slots.length) this.#rehash();
    const hash = this.#hash(value);
    const slot = this.#find(hash);
    if (this.#slot(slot + FIRST) === NONE && this.#slot(slot + HASH) !== hash) this.#taken += 1;
    const link = this.#newLink();
    this.#links[link + ID] = id;
    this.#links[link + NEXT] = this.#slot(slot + FIRST);
    this.#slots[slot + HASH] = hash;
    this.#slots[slot + FIRST] = link;
    this.#size += 1;
  }

  /** Takes out one pair; does nothing if there is none. */
  delete(value: string, id: number): void {
    const slot = this.#find(this.#hash(value));
    let before = NONE;
    for (let link = this.#slot(slot + FIRST); link !== NONE; link = this.#link(link + NEXT)) {
      if (this.#link(link + ID) === id) {
        const next = this.#link(link + NEXT);
        if (before === NONE) this.#slots[slot + FIRST] = next;
        else this.#links[before + NEXT] = next;
        this.#links[link + NEXT] = this.#free;
        this.#free = link;
        this.#size -= 1;
        return;
      }
      before = link;
    }
  }

  /** Calls `visit` for whoever asks for the value, and, rarely, for somebody else. */
  visit(value: string, visit: (id: number) => void): void {
    const slot = this.#find(this.#hash(value));
    for (let link = this.#slot(slot + FIRST); link !== NONE;) {
      const next = this.#link(link + NEXT);
      visit(this.#link(link + ID));
      link = next;
    }
  }

  /** How many ask for the value. */
  count(value: string): number {
    let count = 0;
    this.visit(value, () => (count += 1));
    return count;
  }

  /** The slot of a hash, or the empty one where it would be. */
  #find(hash: number): number {
    const mask = this.#slots.length / SLOT - 1;
    let place = hash & mask;
    for (;;) {
      const slot = place * SLOT;
      const found = this.#slot(slot + HASH);
      if (found === hash || found === NONE) return slot;
      place = (place + 1) & mask;
    }
  }

  /** Twice as large, or as large as it is if most slots are those of values that nobody asks for any more. */
  #rehash(): void {
    const old = this.#slots;
    let used = 0;
    for (let slot = 0; slot < old.length; slot += SLOT) {
      if (old[slot + FIRST] !== NONE) used += 1;
    }
    this.#slots = new Uint32Array(used * 4 * SLOT > old.length ? old.length * 2 : old.length);
    this.#taken = used;
    for (let slot = 0; slot < old.length; slot += SLOT) {
      const first = old[slot + FIRST] as number;
      if (first === NONE) continue;
      const hash = old[slot + HASH] as number;
      const to = this.#find(hash);
      this.#slots[to + HASH] = hash;
      this.#slots[to + FIRST] = first;
    }
  }

  #newLink(): number {
    const free = this.#free;
    if (free !== NONE) {
      this.#free = this.#link(free + NEXT);
      return free;
    }
    const link = this.#end;
    this.#end += LINK;
    if (this.#end > this.#links.length) this.#links = doubled(this.#links);
    return link;
  }

  /** 32 bits, never 0: MurmurHash3's mixing of each character into the seed. */
  #hash(value: string): number {
    let hash = this.#seed;
    for (let index = 0; index < value.length; index += 1) {
      let mixed = Math.imul(value.charCodeAt(index), 0xcc_9e_2d_51);
      mixed = Math.imul((mixed << 15) | (mixed >>> 17), 0x1b_87_35_93);
      hash ^= mixed;
      hash = Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6_54_6b_64;
    }
    hash ^= value.length;
    hash = Math.imul(hash ^ (hash >>> 16), 0x85_eb_ca_6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2_b2_ae_35);
    return (hash ^ (hash >>> 16)) >>> 0 || 1;
  }

  #slot(at: number): number {
    return this.#slots[at] as number;
  }

  #link(at: number): number {
    return this.#links[at] as number;
  }
}
