// Why a page cannot be had, in the words of PROTOCOL.md, which both ends share.

/** The reasons. */
export const PAGE_REASONS = [
  /** The request has not the shape that PROTOCOL.md gives. */
  "invalid_page",
  /** A filter that the view does not allow: the message says what of it. */
  "invalid_filter",
  /** The same for an order. */
  "invalid_order",
  /** The policy lets this user see nothing of the view. */
  "forbidden",
  /** No row of the page has the key around which it was to be opened. */
  "row_not_found",
  /** The connection or the user has as many pages as it may have. */
  "too_many_pages",
  /** A page may not have as many rows. */
  "too_many_rows",
  /** Pages are opened or changed faster than is allowed. */
  "too_fast",
  /** So many pages wait to be read that one more would wait too long. Try again later. */
  "busy",
  /** The query took longer than a page may take. */
  "timeout",
  /** The database cannot be asked at present. */
  "unavailable",
  /** What was waited for did not come in time, or cannot come any more. */
  "not_seen",
  /** Haste has been closed. */
  "closed",
] as const;

/** Why a page is not opened or changed. */
export type PageErrorCode = (typeof PAGE_REASONS)[number];
