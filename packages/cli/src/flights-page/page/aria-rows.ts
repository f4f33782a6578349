// What assistive technology is told of rows of which few are in the document: which of how many each is.
// What is not known is not said. Pure.
import type { ListState, Total } from "@slipstream/haste/client";

/** Numbers count the head as well: it is the first row. */
export interface AriaRows {
  /** Of the table, for `aria-rowcount`; -1, which is ARIA's word for it, where it is not known. */
  readonly count: number;
  /** Of the row at a place, for `aria-rowindex`; undefined, so that there is none, where it is not known. */
  readonly indexOf: (place: number) => number | undefined;
}

/** @param total how many rows there are, by the filter of those that are shown; null if nobody knows */
export function ariaRows<Row>(list: ListState<Row>, total: Total | null): AriaRows {
  const { length, hasPrevious, hasNext, isCounted, window } = list;
  const isWhole = window !== null && !hasPrevious && !hasNext;
  const known = isWhole ? length : total === null || total.isCapped ? null : total.count;
  const indexOf = (place: number): number | undefined => {
    // The last of so many, or so many from the first.
    if (known !== null && !hasNext) return known + 1 - (length - 1 - place);
    return isCounted ? place + 2 : undefined;
  };
  return { count: known === null ? -1 : known + 1, indexOf };
}
