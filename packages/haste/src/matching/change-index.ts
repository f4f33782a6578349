// Which of many filters a change can concern: the filters' conditions are looked up, so that the
// cost of a change is that of those it leads to, not of all there are (P21).
import type { BoundFilter } from "../filter/filter.ts";
import type { Row } from "../row.ts";
import type { Table } from "../table.ts";
import { ColumnIndex } from "./column-index.ts";
import { routeTo, type Atom, type Route } from "./route.ts";

/** The filters on one table, each with what it belongs to. */
export class ChangeIndex<Item> {
  readonly #table: Table;
  readonly #columns = new Map<number, ColumnIndex<Entry<Item>>>();
  readonly #always = new Set<Entry<Item>>();
  readonly #entries = new Map<Item, Entry<Item>>();
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
    const entry: Entry<Item> = { item, route, visited: 0 };
    this.#entries.set(item, entry);
    if (route === "all") this.#always.add(entry);
    else for (const atom of route) this.#column(atom).add(atom, entry);
  }

  delete(item: Item): void {
    const entry = this.#entries.get(item);
    if (entry === undefined) return;
    this.#entries.delete(item);
    this.#always.delete(entry);
    if (entry.route === "all") return;
    for (const atom of entry.route) {
      const column = this.#column(atom);
      column.delete(atom, entry);
      if (column.isEmpty) this.#columns.delete(atom.column);
    }
  }

  /**
   * Calls `visit` once for each item whose filter the old or the new row may meet. Which of them it
   * does meet is for the filter itself to say.
   */
  visit(before: Row | undefined, after: Row | undefined, visit: (item: Item) => void): void {
    this.#visits += 1;
    const once = (entry: Entry<Item>): void => {
      if (entry.visited === this.#visits) return;
      entry.visited = this.#visits;
      visit(entry.item);
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

  #column(atom: Atom): ColumnIndex<Entry<Item>> {
    const known = this.#columns.get(atom.column);
    if (known !== undefined) return known;
    const type = this.#table.columns[atom.column]?.type;
    if (type === undefined) throw new RangeError(`${this.#table.id} has no column ${atom.column}`);
    const index = new ColumnIndex<Entry<Item>>(type);
    this.#columns.set(atom.column, index);
    return index;
  }
}

interface Entry<Item> {
  readonly item: Item;
  readonly route: Route;
  /** The last visit that it was part of. */
  visited: number;
}
