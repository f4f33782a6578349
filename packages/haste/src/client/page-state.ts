// What a page shows, as one value that is never changed: the next state is another value.
import type { Json } from "../json.ts";
import type { PageClientError } from "./page-client-error.ts";

/**
 * - `loading`: the first rows are on their way.
 * - `live`: the rows are true.
 * - `stale`: the rows were true; the connection or the database is away, or another filter, order or
 *   choice of columns is on its way. More rows, or rows from elsewhere, leave a page `live`.
 * - `paused`: the rows were true when `pause` was called.
 * - `error`: there is no page; `error` says why.
 * - `closed`: `close` was called, or the socket was disconnected.
 */
export type PageStatus = "loading" | "live" | "stale" | "paused" | "error" | "closed";

export interface PageState<Row> {
  readonly status: PageStatus;
  /** In the page's order. A row that did not change is the same object as before. */
  readonly rows: readonly Row[];
  /** The names of the columns by which rows are told apart; empty before there are rows. */
  readonly key: readonly string[];
  /** Whether there are rows before the first that is shown. */
  readonly hasPrevious: boolean;
  /** Whether there are rows behind the last that is shown. */
  readonly hasNext: boolean;
  /** Which rows these are, as the server granted them: the same object until it is others. Null before. */
  readonly window: PageWindow | null;
  /** How many rows of those to come have arrived; null when none are on their way. */
  readonly progress: { readonly received: number; readonly of: number } | null;
  /** What `count` learnt last, for the filter of that time. */
  readonly total: Total | null;
  /** Which moment of the database's history the rows are of: opaque; null before there are any. */
  readonly version: string | null;
  /** Why there is no page, or why what was asked for last was refused. */
  readonly error: PageClientError | null;
  /** How the page came back after its last absence: by what it missed, or by all rows anew. */
  readonly cameBack: "replay" | "reload" | null;
}

/** Where a page stands in its view, and how many rows there may be on each side of that. */
export interface PageWindow {
  readonly at: "start" | "end" | { readonly position: readonly Json[] };
  readonly before: number;
  readonly after: number;
}

/** How many rows there are; `isCapped` says that there are at least so many. */
export interface Total {
  readonly count: number;
  readonly isCapped: boolean;
}

/** The state of a page that has just been asked for. */
export const LOADING: PageState<never> = {
  status: "loading",
  rows: [],
  key: [],
  hasPrevious: false,
  hasNext: false,
  window: null,
  progress: null,
  total: null,
  version: null,
  error: null,
  cameBack: null,
};
