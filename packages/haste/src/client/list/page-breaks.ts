// Positions in a list that has been scrolled through, by which one gets back to where one was: the
// page breaks of keyset pagination.
import type { Json } from "../../json.ts";
import type { ListSpace } from "./list-space.ts";

export interface PageBreak {
  readonly place: number;
  /** As in {@link ListSpace}. */
  readonly isCounted: boolean;
  /** Values of the order's columns. */
  readonly position: readonly Json[];
}

/** Breaks that are kept; then every other one is forgotten. */
const MOST = 4_000;

export class PageBreaks {
  readonly #apart: number;
  #breaks: readonly PageBreak[] = [];
  #moved = 0;
  #wasCounted = false;

  /** @param apart - places between two breaks: rows around one reach to the next */
  constructor(apart: number) {
    this.#apart = apart;
  }

  clear(): void {
    this.#breaks = [];
  }

  /** Remembers where rows stand that are known, in the place of what was remembered of there. */
  note<Row>(space: ListSpace<Row>, positionOf: (row: Row) => readonly Json[]): void {
    this.#follow(space);
    const { first, rows, isCounted } = space;
    const apart = this.#apart;
    const end = first + rows.length;
    const others = this.#breaks.filter(({ place }) => place < first || place >= end);
    const here: PageBreak[] = [];
    for (let at = (apart - (first % apart)) % apart; at < rows.length; at += apart) {
      here.push({ place: first + at, isCounted, position: positionOf(rows[at] as Row) });
    }
    const all = [...others, ...here].sort((a, b) => a.place - b.place);
    this.#breaks = all.length > MOST ? all.filter((_, at) => at % 2 === 0) : all;
  }

  /** The last break at the place or before it; if there is none, the first. */
  nearest(place: number): PageBreak | null {
    return this.#breaks.findLast((each) => each.place <= place) ?? this.#breaks[0] ?? null;
  }

  #follow({ moved, isCounted }: ListSpace<unknown>): void {
    const down = moved - this.#moved;
    // Those which were counted still are if what everything moved by are rows that were counted too.
    const areCounted = this.#wasCounted && isCounted;
    this.#moved = moved;
    this.#wasCounted = isCounted;
    if (down === 0) return;
    this.#breaks = this.#breaks
      .map((each) => ({
        ...each,
        place: each.place + down,
        isCounted: each.isCounted && areCounted,
      }))
      .filter(({ place }) => place >= 0);
  }
}
