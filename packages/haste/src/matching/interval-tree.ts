// Which of many ranges hold a value: a treap by lower end, each node knowing the highest upper end
// below it. Adding and removing cost O(log n), asking O(log n) and what is found.
import type { Range } from "./route.ts";

/** Ranges, each with what it stands for. The same range may be there for several. */
export class IntervalTree<Item> {
  readonly #compare: (a: string, b: string) => number;
  readonly #nodes = new Map<Item, Node<Item>[]>();
  #root: Node<Item> | undefined;
  /** Of a xorshift generator: balance needs dice, not good ones. */
  #dice = 0x9e_37_79_b9;
  #serial = 0;

  constructor(compare: (a: string, b: string) => number) {
    this.#compare = compare;
  }

  get size(): number {
    return this.#nodes.size;
  }

  add(range: Range, item: Item): void {
    const node: Node<Item> = {
      range,
      item,
      serial: (this.#serial += 1),
      priority: this.#roll(),
      left: undefined,
      right: undefined,
      furthest: range,
    };
    const nodes = this.#nodes.get(item);
    if (nodes === undefined) this.#nodes.set(item, [node]);
    else nodes.push(node);
    const [left, right] = this.#split(this.#root, node);
    this.#root = this.#merge(this.#merge(left, node), right);
  }

  /** Takes out every range of the item. */
  delete(item: Item): void {
    for (const node of this.#nodes.get(item) ?? []) this.#root = this.#without(this.#root, node);
    this.#nodes.delete(item);
  }

  /** Calls `visit` for each range that holds the value. */
  visit(value: string, visit: (item: Item) => void): void {
    this.#visit(this.#root, value, visit);
  }

  #visit(node: Node<Item> | undefined, value: string, visit: (item: Item) => void): void {
    if (node === undefined || !this.#isBelowHigh(value, node.furthest)) return;
    this.#visit(node.left, value, visit);
    const { low } = node.range;
    if (low !== undefined) {
      const order = this.#compare(value, low.value);
      // Whatever is to the right begins later still.
      if (order < 0) return;
      if (order === 0 && !low.inclusive) return;
    }
    if (this.#isBelowHigh(value, node.range)) visit(node.item);
    this.#visit(node.right, value, visit);
  }

  #isBelowHigh(value: string, { high }: Range): boolean {
    if (high === undefined) return true;
    const order = this.#compare(value, high.value);
    return order < 0 || (order === 0 && high.inclusive);
  }

  /** What begins before the node, and what begins behind it. */
  #split(tree: Node<Item> | undefined, node: Node<Item>): [Tree<Item>, Tree<Item>] {
    if (tree === undefined) return [undefined, undefined];
    if (this.#isBefore(tree, node)) {
      const [left, right] = this.#split(tree.right, node);
      tree.right = left;
      return [this.#measured(tree), right];
    }
    const [left, right] = this.#split(tree.left, node);
    tree.left = right;
    return [left, this.#measured(tree)];
  }

  #merge(left: Tree<Item>, right: Tree<Item>): Tree<Item> {
    if (left === undefined) return right;
    if (right === undefined) return left;
    if (left.priority > right.priority) {
      left.right = this.#merge(left.right, right);
      return this.#measured(left);
    }
    right.left = this.#merge(left, right.left);
    return this.#measured(right);
  }

  #without(tree: Tree<Item>, node: Node<Item>): Tree<Item> {
    if (tree === undefined) return undefined;
    if (tree === node) return this.#merge(tree.left, tree.right);
    if (this.#isBefore(tree, node)) tree.right = this.#without(tree.right, node);
    else tree.left = this.#without(tree.left, node);
    return this.#measured(tree);
  }

  /** By lower end, of the same those that include it first; so that no two tie, then by age. */
  #isBefore(a: Node<Item>, b: Node<Item>): boolean {
    const [low, other] = [a.range.low, b.range.low];
    if (low === undefined || other === undefined) {
      return low === other ? a.serial < b.serial : low === undefined;
    }
    const order = this.#compare(low.value, other.value);
    if (order !== 0) return order < 0;
    return low.inclusive === other.inclusive ? a.serial < b.serial : low.inclusive;
  }

  #measured(node: Node<Item>): Node<Item> {
    let furthest = node.range;
    if (node.left !== undefined) furthest = this.#further(furthest, node.left.furthest);
    if (node.right !== undefined) furthest = this.#further(furthest, node.right.furthest);
    node.furthest = furthest;
    return node;
  }

  #further(a: Range, b: Range): Range {
    if (a.high === undefined) return a;
    if (b.high === undefined) return b;
    const order = this.#compare(a.high.value, b.high.value);
    if (order !== 0) return order > 0 ? a : b;
    return a.high.inclusive ? a : b;
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

type Tree<Item> = Node<Item> | undefined;

interface Node<Item> {
  readonly range: Range;
  readonly item: Item;
  readonly serial: number;
  readonly priority: number;
  left: Tree<Item>;
  right: Tree<Item>;
  /** The range with the highest upper end, of this node and all below it. */
  furthest: Range;
}
