// Which of many ranges hold a number: a treap by lower end, each node knowing the highest upper end
// below it. Adding and removing cost O(log n), asking O(log n) and what is found.

/** From `low` to `high`, both included; infinite where it is open. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Intervals, each with what it stands for. The same interval may be there for several. */
export class IntervalTree<Item> {
  readonly #nodes = new Map<Item, Node<Item>[]>();
  #root: Tree<Item>;
  /** Of a xorshift generator: balance needs dice, not good ones. */
  #dice = 0x9e_37_79_b9;
  #serial = 0;

  get size(): number {
    return this.#nodes.size;
  }

  add({ low, high }: Interval, item: Item): void {
    this.#serial += 1;
    const node: Node<Item> = {
      low,
      high,
      item,
      serial: this.#serial,
      priority: this.#roll(),
      left: undefined,
      right: undefined,
      furthest: high,
    };
    const nodes = this.#nodes.get(item);
    if (nodes === undefined) this.#nodes.set(item, [node]);
    else nodes.push(node);
    const [left, right] = split(this.#root, node);
    this.#root = merge(merge(left, node), right);
  }

  /** Takes out every interval of the item. */
  delete(item: Item): void {
    for (const node of this.#nodes.get(item) ?? []) this.#root = without(this.#root, node);
    this.#nodes.delete(item);
  }

  /** Calls `visit` for each interval that holds the number. */
  visit(number: number, visit: (item: Item) => void): void {
    walk(this.#root, number, visit);
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
  readonly low: number;
  readonly high: number;
  readonly item: Item;
  /** Its age, so that no two nodes tie. */
  readonly serial: number;
  readonly priority: number;
  left: Tree<Item>;
  right: Tree<Item>;
  /** The highest upper end of this node and all below it. */
  furthest: number;
}

function walk<Item>(tree: Tree<Item>, number: number, visit: (item: Item) => void): void {
  let node = tree;
  while (node !== undefined && number <= node.furthest) {
    walk(node.left, number, visit);
    // Whatever is to the right begins later still.
    if (number < node.low) return;
    if (number <= node.high) visit(node.item);
    node = node.right;
  }
}

/** What stands before the node, and what stands behind it. */
function split<Item>(tree: Tree<Item>, node: Node<Item>): [Tree<Item>, Tree<Item>] {
  if (tree === undefined) return [undefined, undefined];
  if (isBefore(tree, node)) {
    const [left, right] = split(tree.right, node);
    tree.right = left;
    return [measured(tree), right];
  }
  const [left, right] = split(tree.left, node);
  tree.left = right;
  return [left, measured(tree)];
}

function merge<Item>(left: Tree<Item>, right: Tree<Item>): Tree<Item> {
  if (left === undefined) return right;
  if (right === undefined) return left;
  if (left.priority > right.priority) {
    left.right = merge(left.right, right);
    return measured(left);
  }
  right.left = merge(left, right.left);
  return measured(right);
}

function without<Item>(tree: Tree<Item>, node: Node<Item>): Tree<Item> {
  if (tree === undefined) return undefined;
  if (tree === node) return merge(tree.left, tree.right);
  if (isBefore(tree, node)) tree.right = without(tree.right, node);
  else tree.left = without(tree.left, node);
  return measured(tree);
}

function isBefore<Item>(a: Node<Item>, b: Node<Item>): boolean {
  return a.low < b.low || (a.low === b.low && a.serial < b.serial);
}

function measured<Item>(node: Node<Item>): Node<Item> {
  node.furthest = Math.max(
    node.high,
    node.left?.furthest ?? -Infinity,
    node.right?.furthest ?? -Infinity,
  );
  return node;
}
