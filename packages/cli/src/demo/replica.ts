// The client's copy of the table, from the pages that it was first given, and the proof that pages
// given later agree with that copy and the feed.
import type { Change } from "./changes.ts";
import { FlightColumns, pageCount, pageRange, type FlightRow } from "./flights.ts";
import type { Page } from "./topics.ts";

/** What the pages that came later amounted to. */
export interface AuditCounts {
  readonly checked: number;
  readonly wrong: number;
  /** They are ahead of the feed, and wait for it. */
  readonly waiting: number;
}

/** Where the received changes are. */
export interface ReceivedChanges {
  readonly seq: number;
  change(seq: number): Change | undefined;
}

export class Replica {
  readonly columns: FlightColumns;
  readonly #pageSize: number;
  readonly #filled: Uint8Array;
  #rows = 0;

  constructor(rows: number, pageSize: number) {
    this.columns = new FlightColumns(rows);
    this.#pageSize = pageSize;
    this.#filled = new Uint8Array(pageCount(rows, pageSize));
  }

  /** How many rows have come. A page that comes twice is counted twice, and so found out. */
  get rows(): number {
    return this.#rows;
  }

  /** How many pages there are that have not come. */
  get missingPages(): number {
    return this.#filled.reduce((missing, filled) => missing - filled, this.#filled.length);
  }

  fill({ index, rows }: Page): void {
    const { first, end } = pageRange(index, this.#pageSize, this.columns.length);
    for (const [offset, row] of rows.slice(0, end - first).entries()) {
      this.columns.set(first + offset, row);
    }
    this.#rows += rows.length;
    this.#filled[index] = 1;
  }
}

/**
 * Compares pages with the replica as it was at their `seq`: the rows first pulled, and on them the
 * changes that the feed has brought up to that number. A page that is ahead of the feed waits for it.
 */
export class PageAudit {
  readonly #base: FlightColumns;
  readonly #pageSize: number;
  readonly #feed: ReceivedChanges;
  /** By page, the numbers of the changes that are in it, in order. */
  readonly #touching: number[][];
  #indexed = 0;
  #waiting: Page[] = [];
  #checked = 0;
  #wrong = 0;

  constructor(base: FlightColumns, pageSize: number, feed: ReceivedChanges) {
    this.#base = base;
    this.#pageSize = pageSize;
    this.#feed = feed;
    this.#touching = Array.from({ length: pageCount(base.length, pageSize) }, () => []);
  }

  get counts(): AuditCounts {
    return { checked: this.#checked, wrong: this.#wrong, waiting: this.#waiting.length };
  }

  /** Takes a page that was asked for by `index`. */
  take(index: number, page: Page): void {
    if (page.seq > this.#feed.seq) this.#waiting.push(page);
    else this.#check(page);
    if (page.index !== index) this.#wrong += 1;
  }

  /** The feed has brought more. */
  advanced(): void {
    for (let seq = this.#indexed + 1; seq <= this.#feed.seq; seq += 1) {
      const change = this.#feed.change(seq);
      if (change !== undefined) this.#touching[Math.floor(change[0] / this.#pageSize)]?.push(seq);
    }
    this.#indexed = this.#feed.seq;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const page of waiting) this.take(page.index, page);
  }

  #check(page: Page): void {
    this.#checked += 1;
    const { first, end } = pageRange(page.index, this.#pageSize, this.#base.length);
    const delays = this.#delaysAt(page);
    const right =
      page.rows.length === end - first &&
      page.rows.every((row, offset) => {
        const at = first + offset;
        const [date, delay, distance, origin, destination] = this.#base.row(at);
        return isEqual(row, [date, delays.get(at) ?? delay, distance, origin, destination]);
      });
    if (!right) this.#wrong += 1;
  }

  /** What the changes up to the page's number made of its delays. */
  #delaysAt({ index, seq }: Page): ReadonlyMap<number, number> {
    const delays = new Map<number, number>();
    for (const number of this.#touching[index] ?? []) {
      if (number > seq) break;
      const change = this.#feed.change(number);
      if (change !== undefined) delays.set(...change);
    }
    return delays;
  }
}

function isEqual(one: FlightRow, other: FlightRow): boolean {
  return one.length === other.length && one.every((field, index) => field === other[index]);
}
