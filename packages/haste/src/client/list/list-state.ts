// What a list is asked for, and what it shows.
import type { OrderOf } from "../../filter/filter-of.ts";
import type { PageRequest } from "../page-request.ts";
import { LOADING, type PageState } from "../page-state.ts";
import { EMPTY_SPACE } from "./list-space.ts";
import type { WishLimits } from "./list-wish.ts";

/** Which rows a list has, and in which order they stand. */
export interface ListRequest<Row> extends Pick<PageRequest<Row>, "where"> {
  /** By its columns a list knows where it is; the key's are added to it. */
  readonly orderBy: OrderOf<Row>;
}

export interface LiveListOptions extends Partial<WishLimits> {
  /** Is told what a subscriber throws. Default: it is thrown again where nobody catches it. */
  readonly onError?: (error: unknown) => void;
}

/** A page's state, and where its rows stand in the list. */
export interface ListState<Row> extends PageState<Row> {
  /** The place of `rows[0]` in the list. */
  readonly first: number;
  /** How many places there are to scroll through. It grows as one gets further. */
  readonly length: number;
  /** By how many places everything has moved down so far; a view scrolls along. */
  readonly moved: number;
  /**
   * Whether `first` rows stand before `rows[0]`, but for those that came or went there unseen. False
   * where the list was not scrolled to from its first row, as after `toEnd()`: then places are only
   * for scrolling, and no numbers to show.
   */
  readonly isCounted: boolean;
  /** The end of the list that was gone to last: another object each time. */
  readonly jump: { readonly to: "start" | "end" };
}

/** The state of a list that has just been asked for. */
export const EMPTY_LIST: ListState<never> = {
  ...LOADING,
  ...EMPTY_SPACE,
  jump: { to: "start" },
};

export const LIST_LIMITS: WishLimits = { maxRows: 800, step: 150 };
