// Which of many ranges hold a number: a B+ tree by lower end, each entry of an inner node knowing the
// highest upper end below it. Adding and removing cost O(log n), asking O(log n) and what is found.
//
// The nodes are stretches of one array of numbers: what is read to decide where to go lies side by
// side, and with 10,000 ranges an answer takes four nodes, of which the first two are always at hand.
import { doubled } from "./growing.ts";

/** From `low` to `high`, both included; infinite where it is open. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** No node: the first stretch stays empty. */
const NONE = 0;

/** What is where in a node: how far it is from the leaves, how many entries it has, and these. */
const HEIGHT = 0;
const COUNT = 1;
const ENTRIES = 2;
/** A node that has so many is split. */
const FULL = 16;

/**
 * What is where in an entry. In a leaf it is an interval and whose it is. Further up it is a node:
 * its first interval's lower end and whose that is, by which it is found, and the highest upper end.
 */
const LOW = 0;
const HIGH = 1;
const ID = 2;
const NODE = 3;
const ENTRY = 4;

const SIZE = ENTRIES + FULL * ENTRY;

/** Intervals, each with a number that says whose it is. */
export class IntervalTree {
  readonly #free: number[] = [];
  #nodes = new Float64Array(2 * SIZE);
  #end = SIZE;
  #root: number;
  #size = 0;

  constructor() {
    this.#root = this.#newNode(0);
  }

  /** How many intervals there are. */
  get size(): number {
    return this.#size;
  }

  add({ low, high }: Interval, id: number): void {
    const split = this.#add(this.#root, low, high, id);
    this.#size += 1;
    if (split === NONE) return;
    const root = this.#newNode(this.#get(split + HEIGHT) + 1);
    this.#insert(root, 0, this.#root);
    this.#insert(root, 1, split);
    this.#root = root;
  }

  /** Takes out an interval that has been added, once. */
  delete({ low }: Interval, id: number): void {
    this.#delete(this.#root, low, id);
    while (this.#get(this.#root + HEIGHT) > 0 && this.#get(this.#root + COUNT) === 1) {
      this.#free.push(this.#root);
      this.#root = this.#get(this.#root + ENTRIES + NODE);
    }
  }

  /** Calls `within` for each interval that holds the number, or `atEnd` where it is an end of it. */
  visit(number: number, within: (id: number) => void, atEnd: (id: number) => void): void {
    this.#visit(this.#root, number, within, atEnd);
  }

  #visit(
    node: number,
    number: number,
    within: (id: number) => void,
    atEnd: (id: number) => void,
  ): void {
    const nodes = this.#nodes;
    const isLeaf = nodes[node + HEIGHT] === 0;
    const end = this.#entry(node, nodes[node + COUNT] as number);
    for (let entry = node + ENTRIES; entry < end; entry += ENTRY) {
      const low = nodes[entry + LOW] as number;
      // Whatever follows begins later still.
      if (number < low) return;
      const high = nodes[entry + HIGH] as number;
      if (number > high) continue;
      if (!isLeaf) this.#visit(nodes[entry + NODE] as number, number, within, atEnd);
      else if (number === low || number === high) atEnd(nodes[entry + ID] as number);
      else within(nodes[entry + ID] as number);
    }
  }

  /** The node behind this one that half of it is in now; none if it had room. */
  #add(node: number, low: number, high: number, id: number): number {
    const place = this.#placeOf(node, low, id);
    if (this.#get(node + HEIGHT) === 0) {
      this.#makeRoom(node, place + 1);
      this.#nodes.set([low, high, id, NONE], this.#entry(node, place + 1));
    } else {
      // What comes before all others goes to the first.
      const at = Math.max(place, 0);
      const child = this.#child(node, at);
      const split = this.#add(child, low, high, id);
      this.#describe(node, at, child);
      if (split !== NONE) this.#insert(node, at + 1, split);
    }
    return this.#get(node + COUNT) === FULL ? this.#split(node) : NONE;
  }

  #split(node: number): number {
    const half = FULL / 2;
    const behind = this.#newNode(this.#get(node + HEIGHT));
    const from = this.#entry(node, half);
    this.#nodes.copyWithin(behind + ENTRIES, from, from + half * ENTRY);
    this.#nodes[node + COUNT] = half;
    this.#nodes[behind + COUNT] = half;
    return behind;
  }

  #delete(node: number, low: number, id: number): void {
    const place = this.#placeOf(node, low, id);
    if (place === -1) return;
    if (this.#get(node + HEIGHT) > 0) {
      const child = this.#child(node, place);
      this.#delete(child, low, id);
      if (this.#get(child + COUNT) === 0) {
        this.#remove(node, place);
        this.#free.push(child);
        return;
      }
      this.#describe(node, place, child);
      this.#join(node, place);
      this.#join(node, place - 1);
      return;
    }
    const entry = this.#entry(node, place);
    if (this.#get(entry + LOW) !== low || this.#get(entry + ID) !== id) return;
    this.#remove(node, place);
    this.#size -= 1;
  }

  /** Makes two neighbours one if that leaves room in it. */
  #join(node: number, place: number): void {
    if (place < 0 || place + 1 >= this.#get(node + COUNT)) return;
    const child = this.#child(node, place);
    const next = this.#child(node, place + 1);
    const count = this.#get(child + COUNT);
    const more = this.#get(next + COUNT);
    if (count + more > FULL / 2) return;
    const from = next + ENTRIES;
    this.#nodes.copyWithin(this.#entry(child, count), from, from + more * ENTRY);
    this.#nodes[child + COUNT] = count + more;
    this.#remove(node, place + 1);
    this.#free.push(next);
    this.#describe(node, place, child);
  }

  /** The last entry that does not come behind such an interval; -1 if there is none. */
  #placeOf(node: number, low: number, id: number): number {
    let place = this.#get(node + COUNT) - 1;
    while (place >= 0 && this.#isAfter(this.#entry(node, place), low, id)) place -= 1;
    return place;
  }

  /** By lower end; of those that share one, by whose they are. */
  #isAfter(entry: number, low: number, id: number): boolean {
    const own = this.#get(entry + LOW);
    return own > low || (own === low && this.#get(entry + ID) > id);
  }

  #insert(node: number, place: number, child: number): void {
    this.#makeRoom(node, place);
    this.#describe(node, place, child);
  }

  /** Says in a node what there is in one below it. */
  #describe(node: number, place: number, child: number): void {
    let high = -Infinity;
    const count = this.#get(child + COUNT);
    for (let at = 0; at < count; at += 1) {
      high = Math.max(high, this.#get(this.#entry(child, at) + HIGH));
    }
    const first = child + ENTRIES;
    const entry = this.#entry(node, place);
    this.#nodes.set([this.#get(first + LOW), high, this.#get(first + ID), child], entry);
  }

  #makeRoom(node: number, place: number): void {
    const entry = this.#entry(node, place);
    const count = this.#get(node + COUNT);
    this.#nodes.copyWithin(entry + ENTRY, entry, this.#entry(node, count));
    this.#nodes[node + COUNT] = count + 1;
  }

  #remove(node: number, place: number): void {
    const entry = this.#entry(node, place);
    const count = this.#get(node + COUNT);
    this.#nodes.copyWithin(entry, entry + ENTRY, this.#entry(node, count));
    this.#nodes[node + COUNT] = count - 1;
  }

  #newNode(height: number): number {
    const free = this.#free.pop();
    const node = free ?? this.#end;
    if (free === undefined) this.#end += SIZE;
    if (this.#end > this.#nodes.length) this.#nodes = doubled(this.#nodes);
    this.#nodes[node + HEIGHT] = height;
    this.#nodes[node + COUNT] = 0;
    return node;
  }

  #child(node: number, place: number): number {
    return this.#get(this.#entry(node, place) + NODE);
  }

  #entry(node: number, place: number): number {
    return node + ENTRIES + place * ENTRY;
  }

  #get(at: number): number {
    return this.#nodes[at] as number;
  }
}
