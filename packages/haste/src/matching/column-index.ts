// Who asks for which values, and for which ranges, of one column. Askers are numbers.
import type { ColumnType } from "../values/column-type.ts";
import { IntervalTree, type Interval } from "./interval-tree.ts";
import type { Atom, Range } from "./route.ts";
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
    if (atom.kind === "range") this.#ranges.add(this.#interval(atom.range), id);
    else for (const value of atom.values) this.#values.add(this.#key(value), id);
  }

  delete(atom: Atom, id: number): void {
    if (atom.kind === "range") this.#ranges.delete(id);
    else for (const value of atom.values) this.#values.delete(this.#key(value), id);
  }

  /** Calls `visit` for whoever asks for this value, perhaps more than once, perhaps for others too. */
  visit(value: string | null, visit: (id: number) => void): void {
    if (this.#values.size > 0) this.#values.visit(this.#key(value), visit);
    if (value !== null && this.#ranges.size > 0) this.#ranges.visit(this.#type.rank(value), visit);
  }

  /** How many others a change may lead to on its way here. A range holds half of its column, say. */
  weigh(atom: Atom): number {
    if (atom.kind === "range") return 1 + this.#ranges.size / 2;
    return atom.values.reduce((sum, value) => sum + this.#values.count(this.#key(value)), 0);
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

  /** Null as a text that PostgreSQL has for no value. */
  #key(value: string | null): string {
    return value === null ? "\0" : this.#type.key(value);
  }
}
