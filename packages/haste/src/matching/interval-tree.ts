// Which of many ranges hold a number: a treap by lower end, each node knowing the highest upper end
// below it. Adding and removing cost O(log n), asking O(log n) and what is found.
//
// A node is a stretch of one array of numbers, a line of memory long: with 10,000 ranges an answer
// takes some 30 nodes, and each that were an object would be waited for more than once.
import { doubled } from "./growing.ts";

/** From `low` to `high`, both included; infinite where it is open. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** No node: the first stretch stays empty. */
const NONE = 0;

/** What is where in a node. `FURTHEST` is the highest upper end of the node and all below it. */
const LOW = 0;
const HIGH = 1;
const FURTHEST = 2;
const LEFT = 3;
const RIGHT = 4;
const ID = 5;
const PRIORITY = 6;
const NODE = 8;

/** Intervals, each with a number that says whose it is. */
export class IntervalTree {
  readonly #nodesOf = new Map<number, number[]>();
  readonly #free: number[] = [];
  #nodes = new Float64Array(16 * NODE);
  #end = NODE;
  #root = NONE;
  /** Of a xorshift generator: balance needs dice, not good ones. */
  #dice = 0x9e_37_79_b9;

  /** How many there are who have intervals. */
  get size(): number {
    return this.#nodesOf.size;
  }

  add({ low, high }: Interval, id: number): void {
    const node = this.#newNode();
    const of = this.#nodesOf.get(id);
    if (of === undefined) this.#nodesOf.set(id, [node]);
    else of.push(node);
    this.#nodes.set([low, high, high, NONE, NONE, id, this.#roll()], node);
    const [left, right] = this.#split(this.#root, node);
    this.#root = this.#merge(this.#merge(left, node), right);
  }

  /** Takes out every interval of one. */
  delete(id: number): void {
    for (const node of this.#nodesOf.get(id) ?? []) {
      this.#root = this.#without(this.#root, node);
      this.#free.push(node);
    }
    this.#nodesOf.delete(id);
  }

  /** Calls `visit` for each interval that holds the number. */
  visit(number: number, visit: (id: number) => void): void {
    this.#walk(this.#root, number, visit);
  }

  #walk(tree: number, number: number, visit: (id: number) => void): void {
    let node = tree;
    while (node !== NONE && number <= this.#get(node + FURTHEST)) {
      this.#walk(this.#get(node + LEFT), number, visit);
      // Whatever is to the right begins later still.
      if (number < this.#get(node + LOW)) return;
      if (number <= this.#get(node + HIGH)) visit(this.#get(node + ID));
      node = this.#get(node + RIGHT);
    }
  }

  /** What stands before the node, and what stands behind it. */
  #split(tree: number, node: number): [number, number] {
    if (tree === NONE) return [NONE, NONE];
    if (this.#isBefore(tree, node)) {
      const [left, right] = this.#split(this.#get(tree + RIGHT), node);
      this.#nodes[tree + RIGHT] = left;
      return [this.#measured(tree), right];
    }
    const [left, right] = this.#split(this.#get(tree + LEFT), node);
    this.#nodes[tree + LEFT] = right;
    return [left, this.#measured(tree)];
  }

  #merge(left: number, right: number): number {
    if (left === NONE) return right;
    if (right === NONE) return left;
    if (this.#get(left + PRIORITY) > this.#get(right + PRIORITY)) {
      this.#nodes[left + RIGHT] = this.#merge(this.#get(left + RIGHT), right);
      return this.#measured(left);
    }
    this.#nodes[right + LEFT] = this.#merge(left, this.#get(right + LEFT));
    return this.#measured(right);
  }

  #without(tree: number, node: number): number {
    if (tree === NONE) return NONE;
    if (tree === node) return this.#merge(this.#get(tree + LEFT), this.#get(tree + RIGHT));
    const side = tree + (this.#isBefore(tree, node) ? RIGHT : LEFT);
    this.#nodes[side] = this.#without(this.#get(side), node);
    return this.#measured(tree);
  }

  /** By lower end; so that no two tie, then by where they are. */
  #isBefore(a: number, b: number): boolean {
    const low = this.#get(a + LOW);
    const other = this.#get(b + LOW);
    return low < other || (low === other && a < b);
  }

  #measured(node: number): number {
    this.#nodes[node + FURTHEST] = Math.max(
      this.#get(node + HIGH),
      this.#furthest(this.#get(node + LEFT)),
      this.#furthest(this.#get(node + RIGHT)),
    );
    return node;
  }

  #furthest(tree: number): number {
    return tree === NONE ? -Infinity : this.#get(tree + FURTHEST);
  }

  #get(at: number): number {
    return this.#nodes[at] as number;
  }

  #newNode(): number {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    const node = this.#end;
    this.#end += NODE;
    if (this.#end > this.#nodes.length) this.#nodes = doubled(this.#nodes);
    return node;
  }

  #roll(): number {
    let dice = this.#dice;
    dice ^= dice << 13;
    dice ^= dice >>> 17;
    dice ^= dice << 5;
    this.#dice = dice;
    return dice >>> 0;
  }
}
