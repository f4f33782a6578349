// What a flight is, and what a page of flights may ask for: words that the server and the page share.

/** One flight as the page gets it. */
export interface Flight {
  readonly id: number;
  /** When it left, by the airport's clock: `2001-01-14T21:55:00`. */
  readonly date: string;
  /** Minutes; less than 0 where it was early. */
  readonly delay: number;
  /** Miles. */
  readonly distance: number;
  /** Airports by their codes: `SEA`. */
  readonly origin: string;
  readonly destination: string;
}

/** The view, on topics `haste:flights:…`. */
export const VIEW = "flights";

/** The columns that a page may be ordered by. Each has an index. */
export const ORDERABLE = ["date", "delay", "distance", "origin", "destination"] as const;

/** Rows that one page may have. */
export const MAX_ROWS = 1_000;
/** Rows up to which a total is counted. */
export const MAX_COUNT = 10_000;

/** The channel by which flights are edited. */
export const EDITS = "flights:edits";

/** What may be edited of a flight. */
export interface FlightEdit {
  readonly id: number;
  readonly delay: number;
}

/** Delays that may be entered, minutes: four days either way. */
export const MAX_DELAY = 5_760;
