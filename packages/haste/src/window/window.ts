// The rows around an anchor, kept true row by row. Pure: what has to be read again, it says.
import type { Row } from "../row.ts";
import { HalfWindow, type RowComparison } from "./half-window.ts";

/** How large a window is: rows shown on each side of its anchor. */
export interface WindowSize {
  readonly before: number;
  readonly after: number;
}

/** What a window needs to know of the order and its anchor. */
export interface WindowShape extends WindowSize {
  /** The order of the page. */
  readonly compare: RowComparison;
  /** Whether a row stands before the anchor; rows at the anchor stand behind it. */
  readonly isBefore: (row: Row) => boolean;
  /** Rows kept beyond those shown, on each side that shows any. */
  readonly slack: number;
}

/**
 * A page's rows in memory. {@link insert} and {@link remove} take only rows that the page's filter
 * lets through. A row may be inserted that is already there: the newer one stays.
 */
export class Window {
  readonly #isBefore: (row: Row) => boolean;
  readonly #before: HalfWindow;
  readonly #after: HalfWindow;

  constructor({ compare, isBefore, before, after, slack }: WindowShape) {
    this.#isBefore = isBefore;
    this.#before = new HalfWindow((a, b) => compare(b, a), before, slack);
    this.#after = new HalfWindow(compare, after, slack);
  }

  /** How many rows the two queries have to bring. */
  get reads(): WindowSize {
    return { before: this.#before.reads, after: this.#after.reads };
  }

  /** Takes what the two queries brought, each with the rows nearest to the anchor first. */
  load(before: readonly Row[], after: readonly Row[]): void {
    this.#before.load(before);
    this.#after.load(after);
  }

  /** Shows more or fewer rows; see {@link isShort} for whether they have to be read. */
  resize({ before, after }: WindowSize): void {
    this.#before.resize(before);
    this.#after.resize(after);
  }

  /** Whether the row is one that the window knows now. */
  insert(row: Row): boolean {
    return this.#half(row).insert(row);
  }

  /** Whether the row was one that the window knew. */
  remove(row: Row): boolean {
    return this.#half(row).remove(row);
  }

  /** The page: the rows that are shown, in the page's order. */
  visible(): readonly Row[] {
    const after = this.#after.visible();
    const before = this.#before.visible();
    return before.length === 0 ? after : [...before.reverse(), ...after];
  }

  /** Whether there are rows before and behind those that are shown. */
  get hasMore(): { readonly before: boolean; readonly after: boolean } {
    return { before: this.#before.hasMore, after: this.#after.hasMore };
  }

  /** Whether the page has to be read again before it can be shown. */
  get isShort(): boolean {
    return this.#before.isShort || this.#after.isShort;
  }

  #half(row: Row): HalfWindow {
    return this.#isBefore(row) ? this.#before : this.#after;
  }
}
