// Who asks for which values, and for which ranges, of one column. Askers are numbers.
import type { ColumnType } from "../values/column-type.ts";
import { IntervalTree, type Interval } from "./interval-tree.ts";
import type { Range } from "./ranges.ts";
import type { Atom } from "./route.ts";
import { ValueTable } from "./value-table.ts";

/** What is looked up by the value that a row has in a column. */
export class ColumnIndex {
  readonly #type: ColumnType;
  readonly #values = new ValueTable();
  readonly #ranges = new IntervalTree();

  constructor(type: ColumnType) {
    this.#type = type;
  }

  add(atom: Atom, id: number): void {
    if (atom.op === "range") this.#ranges.add(this.#interval(atom), id);
    else for (const key of this.#keys(atom)) this.#values.add(key, id);
  }

  delete(atom: Atom, id: number): void {
    if (atom.op === "range") this.#ranges.delete(this.#interval(atom), id);
    else for (const key of this.#keys(atom)) this.#values.delete(key, id);
  }

  /**
   * Calls `led` for whoever asks for this value, and `perhaps` for whoever does unless the value is
   * beyond one end of the range: numbers tell no more of it. Either perhaps more than once.
   */
  visit(value: string | null, led: (id: number) => void, perhaps: (id: number) => void): void {
    if (this.#values.size > 0) {
      this.#values.visit(value === null ? null : this.#type.key(value), led);
    }
    if (value === null || this.#ranges.size === 0) return;
    this.#ranges.visit(this.#type.rank(value), led, perhaps);
  }

  /** How many others a change may lead to on its way here. A range holds half of its column, say. */
  weigh(atom: Atom): number {
    if (atom.op === "range") return 1 + this.#ranges.size / 2;
    return this.#keys(atom).reduce((sum, key) => sum + this.#values.count(key), 0);
  }

  get isEmpty(): boolean {
    return this.#values.size === 0 && this.#ranges.size === 0;
  }

  #interval({ low, high }: Range): Interval {
    return {
      low: low === undefined ? -Infinity : this.#type.rank(low),
      high: high === undefined ? Infinity : this.#type.rank(high),
    };
  }

  #keys(atom: Exclude<Atom, Range>): readonly (string | null)[] {
    switch (atom.op) {
      case "eq":
        return [this.#type.key(atom.value)];
      case "in":
        return atom.values.map((value) => this.#type.key(value));
      case "isNull":
        return [null];
    }
  }
}
