// Which of many filters a change can concern: the filters' conditions are looked up, so that the
// cost of a change is that of those it leads to, not of all there are (P21).
import type { BoundFilter } from "../filter/filter.ts";
import type { Row } from "../row.ts";
import type { Table } from "../table.ts";
import { ColumnIndex } from "./column-index.ts";
import { doubled } from "./growing.ts";
import { routeTo, type Atom, type Route } from "./route.ts";

/** The filters on one table, each with what it belongs to. */
export class ChangeIndex<Item> {
  readonly #table: Table;
  readonly #columns = new Map<number, ColumnIndex>();
  /** Ids of those that every change leads to. */
  readonly #always = new Set<number>();
  readonly #entries = new Map<Item, Entry>();
  /** By id. */
  readonly #items: (Item | undefined)[] = [];
  readonly #free: number[] = [];
  /** By id, the last visit that it was part of. */
  #visited = new Uint32Array(16);
  #visits = 0;

  constructor(table: Table) {
    this.#table = table;
  }

  /** How many items there are. */
  get size(): number {
    return this.#entries.size;
  }

  /** How many items every change leads to, since no condition of theirs can be looked up. */
  get unindexed(): number {
    return this.#always.size;
  }

  /** Adds an item, or gives it another filter. */
  set(item: Item, filter: BoundFilter): void {
    this.delete(item);
    const route = routeTo(filter, (atom) => this.#columns.get(atom.column)?.weigh(atom) ?? 0);
    const id = this.#newId(item);
    this.#entries.set(item, { id, route });
    if (route === "all") this.#always.add(id);
    else for (const atom of route) this.#column(atom).add(atom, id);
  }

  delete(item: Item): void {
    const entry = this.#entries.get(item);
    if (entry === undefined) return;
    const { id, route } = entry;
    this.#entries.delete(item);
    this.#always.delete(id);
    this.#items[id] = undefined;
    this.#free.push(id);
    if (route === "all") return;
    for (const atom of route) {
      const column = this.#column(atom);
      column.delete(atom, id);
      if (column.isEmpty) this.#columns.delete(atom.column);
    }
  }

  /**
   * Calls `visit` once for each item whose filter the old or the new row may meet. Which of them it
   * does meet is for the filter itself to say. `visit` must not change the index.
   */
  visit(before: Row | undefined, after: Row | undefined, visit: (item: Item) => void): void {
    this.#visits = (this.#visits + 1) >>> 0;
    const once = (id: number): void => {
      if (this.#visited[id] === this.#visits) return;
      this.#visited[id] = this.#visits;
      visit(this.#items[id] as Item);
    };
    for (const [column, index] of this.#columns) {
      const old = before?.[column];
      const value = after?.[column];
      if (old !== undefined) index.visit(old, once);
      if (value !== undefined && value !== old) index.visit(value, once);
    }
    this.#always.forEach(once);
  }

  /** Every item: what concerns the table as a whole concerns them all. */
  items(): IterableIterator<Item> {
    return this.#entries.keys();
  }

  #newId(item: Item): number {
    const id = this.#free.pop() ?? this.#items.length;
    this.#items[id] = item;
    while (id >= this.#visited.length) this.#visited = doubled(this.#visited);
    return id;
  }

  #column(atom: Atom): ColumnIndex {
    const known = this.#columns.get(atom.column);
    if (known !== undefined) return known;
    const type = this.#table.columns[atom.column]?.type;
    if (type === undefined) throw new RangeError(`${this.#table.id} has no column ${atom.column}`);
    const index = new ColumnIndex(type);
    this.#columns.set(atom.column, index);
    return index;
  }
}

interface Entry {
  readonly id: number;
  readonly route: Route;
}
