// One half of a window: the rows from the anchor outward, as far as they are known. Pure.
import type { Row } from "../row.ts";

/** Negative, zero or positive; zero only for a row and itself, since orders end in the key. */
export type RowComparison = (a: Row, b: Row) => number;

/**
 * The first rows of one side, nearest to the anchor first.
 *
 * It holds every row of its side up to its last one, and is either longer than its limit or
 * {@link isComplete}; when a removal breaks that, it {@link isShort} and has to be read again.
 */
export class HalfWindow {
  readonly #outward: RowComparison;
  readonly #slack: number;
  #limit: number;
  #rows: Row[] = [];
  #complete = false;

  /**
   * @param outward - the order, in the direction away from the anchor
   * @param limit - how many rows are shown
   * @param slack - how many more are kept, so that a few removals need no query; at least 1
   */
  constructor(outward: RowComparison, limit: number, slack: number) {
    this.#outward = outward;
    this.#limit = limit;
    this.#slack = slack;
  }

  /** How many rows a query has to bring: what is shown, the slack, and one to see the end by. */
  get reads(): number {
    return this.#limit === 0 ? 1 : this.#limit + this.#slack;
  }

  /** Takes what a query brought: the first {@link reads} rows, or all if there are fewer. */
  load(rows: readonly Row[]): void {
    this.#complete = rows.length < this.reads;
    this.#rows = [...rows];
  }

  /** Shows more or fewer rows. More than are known make it short. */
  resize(limit: number): void {
    this.#limit = limit;
    this.#trim();
  }

  /** Takes in a row of this side; false if it stands too far out to be known. */
  insert(row: Row): boolean {
    const at = this.#place(row);
    const here = this.#rows[at];
    if (here !== undefined && this.#outward(here, row) === 0) {
      this.#rows[at] = row;
      return true;
    }
    if (at === this.#rows.length && !this.#complete) return false;
    this.#rows.splice(at, 0, row);
    this.#trim();
    return true;
  }

  /** Takes out a row of this side; false if it was not known. */
  remove(row: Row): boolean {
    const at = this.#place(row);
    const here = this.#rows[at];
    if (here === undefined || this.#outward(here, row) !== 0) return false;
    this.#rows.splice(at, 1);
    return true;
  }

  /** The rows that are shown, nearest to the anchor first. */
  visible(): Row[] {
    return this.#rows.slice(0, this.#limit);
  }

  /** Whether there are rows beyond those that are shown. */
  get hasMore(): boolean {
    return this.#rows.length > this.#limit || !this.#complete;
  }

  /** Whether the known rows reach the end of the data. */
  get isComplete(): boolean {
    return this.#complete;
  }

  /** Whether rows that should be shown may be missing, or the row by which one knows of more. */
  get isShort(): boolean {
    return !this.#complete && this.#rows.length <= this.#limit;
  }

  /** Where the row is, or would be. */
  #place(row: Row): number {
    let low = 0;
    let high = this.#rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#outward(this.#rows[middle] as Row, row) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Forgets what is far out, in one stroke now and then rather than a row each time. */
  #trim(): void {
    if (this.#rows.length <= this.reads + this.#slack) return;
    this.#rows.length = this.reads;
    this.#complete = false;
  }
}
