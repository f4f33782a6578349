// Many filters, and whether a row that was led to one meets it. What is asked first is numbers in
// arrays: a closure for each of 100,000 filters would be waited for at each of its parts (P21).
import type { BoundFilter } from "../filter/filter.ts";
import { matcher, type Matcher } from "../filter/matcher.ts";
import type { Row } from "../row.ts";
import { columnAt } from "../sql/names.ts";
import type { Table } from "../table.ts";
import { boundsOf } from "./bounds.ts";
import { doubled } from "./growing.ts";

/** How a filter is asked: not at all, as a whole, or by the bounds that begin there. */
const SURE = 0;
const WHOLE = 1;

/** What is where in bounds. The first stretch stays empty. */
const COLUMN = 0;
const LOW = 1;
const HIGH = 2;
const IS_ALL = 3;
const BOUNDS = 4;

/** Filters by number. */
export class FilterTable {
  readonly #table: Table;
  /** Each as it is, or as a closure once it had to be asked as a whole. */
  readonly #filters: (BoundFilter | Matcher | undefined)[] = [];
  #ways = new Uint32Array(16);
  #bounds = new Float64Array(16 * BOUNDS);
  #end = BOUNDS;
  readonly #free: number[] = [];

  constructor(table: Table) {
    this.#table = table;
  }

  /**
   * @param id - a small number that no other filter has
   * @param rest - the conditions that a row may not meet that has been led to the filter
   */
  add(id: number, filter: BoundFilter, rest: readonly BoundFilter[]): void {
    while (id >= this.#ways.length) this.#ways = doubled(this.#ways);
    this.#filters[id] = filter;
    this.#ways[id] = rest.length === 0 ? SURE : this.#bound(rest);
  }

  delete(id: number): void {
    const way = this.#ways[id] as number;
    if (way >= BOUNDS) this.#free.push(way);
    this.#filters[id] = undefined;
  }

  /** Whether a row meets the filter that it has been led to. */
  lets(row: Row, id: number): boolean {
    const way = this.#ways[id] as number;
    if (way === SURE) return true;
    if (way === WHOLE) return this.meets(row, id);
    const bounds = this.#bounds;
    const column = bounds[way + COLUMN] as number;
    const value = row[column];
    if (value === null || value === undefined) return false;
    const rank = columnAt(this.#table, column).type.rank(value);
    const low = bounds[way + LOW] as number;
    const high = bounds[way + HIGH] as number;
    if (rank < low || rank > high) return false;
    if (rank > low && rank < high && bounds[way + IS_ALL] === 1) return true;
    return this.meets(row, id);
  }

  /** Whether a row meets the filter, wherever it comes from. */
  meets(row: Row, id: number): boolean {
    const filter = this.#filters[id];
    if (typeof filter === "function") return filter(row);
    if (filter === undefined) throw new RangeError(`there is no filter ${id}`);
    const meets = matcher(filter, this.#table);
    this.#filters[id] = meets;
    return meets(row);
  }

  /** Where the bounds of the conditions are now, if they have any. */
  #bound(rest: readonly BoundFilter[]): number {
    const bounds = boundsOf(rest, this.#table);
    if (bounds === undefined) return WHOLE;
    const { column, low, high, isAll } = bounds;
    const place = this.#free.pop() ?? this.#end;
    if (place === this.#end) this.#end += BOUNDS;
    if (this.#end > this.#bounds.length) this.#bounds = doubled(this.#bounds);
    this.#bounds.set([column, low, high, Number(isAll)], place);
    return place;
  }
}
