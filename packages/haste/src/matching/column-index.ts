// Who asks for which values, and for which ranges, of one column.
import type { ColumnType } from "../values/column-type.ts";
import { IntervalTree } from "./interval-tree.ts";
import type { Atom, Range } from "./route.ts";

/** What is looked up by the value that a row has in a column. */
export class ColumnIndex<Item> {
  readonly #type: ColumnType;
  readonly #values = new Map<string | null, Set<Item>>();
  readonly #ranges = new IntervalTree<Item>();

  constructor(type: ColumnType) {
    this.#type = type;
  }

  add(atom: Atom, item: Item): void {
    if (atom.kind === "range") {
      this.#ranges.add(this.#interval(atom.range), item);
      return;
    }
    for (const value of atom.values) {
      const key = this.#key(value);
      const items = this.#values.get(key);
      if (items === undefined) this.#values.set(key, new Set([item]));
      else items.add(item);
    }
  }

  delete(atom: Atom, item: Item): void {
    if (atom.kind === "range") {
      this.#ranges.delete(item);
      return;
    }
    for (const value of atom.values) {
      const key = this.#key(value);
      const items = this.#values.get(key);
      items?.delete(item);
      if (items?.size === 0) this.#values.delete(key);
    }
  }

  /** Calls `visit` for whoever asks for this value, perhaps more than once. */
  visit(value: string | null, visit: (item: Item) => void): void {
    this.#values.get(this.#key(value))?.forEach(visit);
    if (value !== null && this.#ranges.size > 0) this.#ranges.visit(this.#type.rank(value), visit);
  }

  /** How many others a change may lead to on its way here. A range holds half of its column, say. */
  weigh(atom: Atom): number {
    if (atom.kind === "range") return 1 + this.#ranges.size / 2;
    return atom.values.reduce(
      (sum, value) => sum + (this.#values.get(this.#key(value))?.size ?? 0),
      0,
    );
  }

  get isEmpty(): boolean {
    return this.#values.size === 0 && this.#ranges.size === 0;
  }

  #interval({ low, high }: Range): { low: number; high: number } {
    return {
      low: low === undefined ? -Infinity : this.#type.rank(low),
      high: high === undefined ? Infinity : this.#type.rank(high),
    };
  }

  #key(value: string | null): string | null {
    return value === null ? null : this.#type.key(value);
  }
}
