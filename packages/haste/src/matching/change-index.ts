// Which of many filters a change concerns: the filters' conditions are looked up, so that the cost
// of a change is that of those it leads to, not of all there are (P21).
import type { BoundFilter } from "../filter/filter.ts";
import type { Row } from "../row.ts";
import { columnAt } from "../sql/names.ts";
import type { Table } from "../table.ts";
import { ColumnIndex } from "./column-index.ts";
import { FilterTable } from "./filter-table.ts";
import { doubled } from "./growing.ts";
import { routeTo, type Atom, type Route } from "./route.ts";

/** The filters on one table, each with what it belongs to. */
export class ChangeIndex<Item> {
  readonly #table: Table;
  readonly #filters: FilterTable;
  readonly #columns = new Map<number, ColumnIndex>();
  /** Ids of those that every change leads to. */
  readonly #always = new Set<number>();
  readonly #ids = new Map<Item, number>();
  /** By id. */
  readonly #items: (Item | undefined)[] = [];
  /** By id, where it is looked up. */
  readonly #atoms: Route["atoms"][] = [];
  readonly #free: number[] = [];
  /** By id, whether it has been found to be concerned by the change that is being visited. */
  #isFound = new Uint8Array(16);
  /** The ids of those. */
  readonly #found: number[] = [];

  constructor(table: Table) {
    this.#table = table;
    this.#filters = new FilterTable(table);
  }

  /** How many items there are. */
  get size(): number {
    return this.#ids.size;
  }

  /** How many items are asked at every change, since no condition of theirs can be looked up. */
  get unindexed(): number {
    return this.#always.size;
  }

  /** Adds an item, or gives it another filter. */
  set(item: Item, filter: BoundFilter): void {
    this.delete(item);
    const { atoms, rest } = routeTo(
      filter,
      (atom) => this.#columns.get(atom.column)?.weigh(atom) ?? 0,
    );
    const id = this.#newId(item);
    this.#atoms[id] = atoms;
    this.#filters.add(id, filter, rest);
    if (atoms === "all") this.#always.add(id);
    else for (const atom of atoms) this.#column(atom).add(atom, id);
  }

  delete(item: Item): void {
    const id = this.#ids.get(item);
    if (id === undefined) return;
    const atoms = this.#atoms[id] ?? [];
    this.#ids.delete(item);
    this.#atoms[id] = [];
    this.#always.delete(id);
    this.#filters.delete(id);
    this.#items[id] = undefined;
    this.#free.push(id);
    if (atoms === "all") return;
    for (const atom of atoms) {
      const column = this.#column(atom);
      column.delete(atom, id);
      if (column.isEmpty) this.#columns.delete(atom.column);
    }
  }

  /**
   * Calls `visit` once for each item whose filter the old or the new row meets, and for no other.
   * `visit` must not change the index, nor ask it.
   */
  visit(before: Row | undefined, after: Row | undefined, visit: (item: Item) => void): void {
    const filters = this.#filters;
    let asked = before;
    let alsoAsked = after;
    const found = (id: number): void => {
      this.#isFound[id] = 1;
      this.#found.push(id);
      visit(this.#items[id] as Item);
    };
    const led = (id: number): void => {
      if (this.#isFound[id] === 1) return;
      if (asked !== undefined && filters.lets(asked, id)) found(id);
      else if (alsoAsked !== undefined && filters.lets(alsoAsked, id)) found(id);
    };
    const perhaps = (id: number): void => {
      if (this.#isFound[id] === 1) return;
      if (asked !== undefined && filters.meets(asked, id)) found(id);
      else if (alsoAsked !== undefined && filters.meets(alsoAsked, id)) found(id);
    };
    try {
      this.#always.forEach(perhaps);
      for (const [column, index] of this.#columns) {
        const old = before?.[column];
        const value = after?.[column];
        asked = before;
        alsoAsked = old === value ? after : undefined;
        if (old !== undefined) index.visit(old, led, perhaps);
        asked = after;
        if (value !== undefined && value !== old) index.visit(value, led, perhaps);
      }
    } finally {
      for (const id of this.#found) this.#isFound[id] = 0;
      this.#found.length = 0;
    }
  }

  /** Every item: what concerns the table as a whole concerns them all. */
  items(): IterableIterator<Item> {
    return this.#ids.keys();
  }

  #newId(item: Item): number {
    const id = this.#free.pop() ?? this.#items.length;
    this.#ids.set(item, id);
    this.#items[id] = item;
    while (id >= this.#isFound.length) this.#isFound = doubled(this.#isFound);
    return id;
  }

  #column(atom: Atom): ColumnIndex {
    const known = this.#columns.get(atom.column);
    if (known !== undefined) return known;
    const index = new ColumnIndex(columnAt(this.#table, atom.column).type);
    this.#columns.set(atom.column, index);
    return index;
  }
}
