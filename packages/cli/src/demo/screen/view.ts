// What there is to see of a run: its events, folded one by one into the state that a frame is drawn
// from. Pure, but for the moments that it is given.
import type { DemoEvent } from "../events.ts";
import type { DemoResult, HasteResult, Recovery } from "../result.ts";
import { TROUBLES, type Trouble } from "../troubles.ts";

/** One column of the feed's strip before it is fitted to a width: 100 ms. */
export const BIN = 100;

export interface TroubleView {
  readonly trouble: Trouble;
  readonly state:
    | { readonly type: "ahead" }
    | { readonly type: "now"; readonly since: number }
    | { readonly type: "over"; readonly recovery: Recovery };
  /** The bin of the strip in which it began, or null. */
  readonly bin: number | null;
}

export interface DemoView {
  readonly rowsWanted: number;
  readonly pagesWanted: number;
  readonly begin: number;
  /** Rows read from the file. */
  readonly rowsRead: number;
  readonly pull: {
    readonly rows: number;
    readonly pages: number;
    readonly bytes: number;
    /** Moments of the first and the last page; null before. */
    readonly begin: number | null;
    readonly last: number;
    /** Null until both checksums are known. */
    readonly equal: boolean | null;
    readonly checksum: string;
  };
  readonly feed: {
    /** When the feed was joined; null before. */
    readonly begin: number | null;
    readonly end: number | null;
    readonly changes: number;
    /** Changes received in each bin. */
    readonly bins: readonly number[];
  };
  readonly troubles: readonly TroubleView[];
  readonly live: {
    /** Null before it is opened. */
    readonly database: string | null;
    readonly rowsWanted: number;
    readonly rowsStored: number;
    readonly isServed: boolean;
    readonly pages: number;
    readonly changes: number;
    readonly result: HasteResult | null;
  };
  readonly result: DemoResult | null;
}

export function emptyView(rows: number, pageSize: number, begin: number): DemoView {
  return {
    rowsWanted: rows,
    pagesWanted: Math.ceil(rows / pageSize),
    begin,
    rowsRead: 0,
    pull: { rows: 0, pages: 0, bytes: 0, begin: null, last: begin, equal: null, checksum: "" },
    feed: { begin: null, end: null, changes: 0, bins: [] },
    live: {
      database: null,
      rowsWanted: 0,
      rowsStored: 0,
      isServed: false,
      pages: 0,
      changes: 0,
      result: null,
    },
    troubles: TROUBLES.map((trouble) => ({ trouble, state: { type: "ahead" }, bin: null })),
    result: null,
  };
}

/** The view after an event that happened at `now`. */
export function advance(view: DemoView, event: DemoEvent, now: number): DemoView {
  switch (event.type) {
    case "flightsRead":
      return { ...view, rowsRead: event.rows };
    case "served":
      return view;
    case "connected":
      return { ...view, pull: { ...view.pull, begin: now, last: now } };
    case "pagePulled": {
      const { rows, pages, bytes } = event;
      return { ...view, pull: { ...view.pull, rows, pages, bytes, last: now } };
    }
    case "pagesCompared":
      return {
        ...view,
        pull: { ...view.pull, equal: event.equal, checksum: event.checksum },
      };
    case "feedJoined":
      return { ...view, feed: { ...view.feed, begin: now } };
    case "changesReceived": {
      const { feed } = view;
      const bins = [...feed.bins];
      const bin = binAt(view, now);
      while (bins.length <= bin) bins.push(0);
      bins[bin] = (bins[bin] ?? 0) + event.count;
      return { ...view, feed: { ...feed, changes: feed.changes + event.count, bins } };
    }
    case "troubleBegan":
      return changed(view, event.trouble, {
        state: { type: "now", since: now },
        bin: binAt(view, now),
      });
    case "troubleEnded":
      return changed(view, event.trouble, { state: { type: "over", recovery: event.recovery } });
    case "endingBegan":
      return { ...view, feed: { ...view.feed, end: now } };
    case "databaseOpening":
      return withLive(view, { database: event.database, rowsWanted: event.rows });
    case "flightsStored":
      return withLive(view, { rowsStored: event.rows });
    case "pageServed":
      return withLive(view, { isServed: true });
    case "pagesChanged":
      return withLive(view, { pages: event.pages, changes: event.changes });
    case "pagesHeld":
      return withLive(view, { result: event.haste });
    case "ended":
      return { ...view, result: event.result };
  }
}

/** In which bin of the strip a moment falls. */
export function binAt({ feed }: DemoView, now: number): number {
  return Math.max(0, Math.floor((now - (feed.begin ?? now)) / BIN));
}

function withLive(view: DemoView, change: Partial<DemoView["live"]>): DemoView {
  return { ...view, live: { ...view.live, ...change } };
}

function changed(view: DemoView, trouble: Trouble, change: Partial<TroubleView>): DemoView {
  return {
    ...view,
    troubles: view.troubles.map((one) => (one.trouble === trouble ? { ...one, ...change } : one)),
  };
}
