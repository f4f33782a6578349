// What Haste's server says when it cannot do what it was asked: to clients as { reason, message },
// to whoever sets it up as an exception.

import { HasteError } from "../errors.ts";

/** Why a page is not opened or changed, as clients see it. */
export type PageErrorCode =
  /** The request has not the shape that PROTOCOL.md gives. */
  | "invalid_page"
  /** A filter that the view does not allow: the message says what of it. */
  | "invalid_filter"
  /** The same for an order. */
  | "invalid_order"
  /** The policy lets this user see nothing of the view. */
  | "forbidden"
  /** No row of the page has the key around which it was to be opened. */
  | "row_not_found"
  /** The connection or the user has as many pages as it may have. */
  | "too_many_pages"
  /** A page may not have as many rows. */
  | "too_many_rows"
  /** Pages are opened or changed faster than is allowed. */
  | "too_fast"
  /** So many pages wait to be read that one more would wait too long. Try again later. */
  | "busy"
  /** The query took longer than a page may take. */
  | "timeout"
  /** The database cannot be asked at present. */
  | "unavailable"
  /** What was waited for did not come in time, or cannot come any more. */
  | "not_seen"
  /** Haste has been closed. */
  | "closed";

/** A page cannot be had; its message may be shown to the client, its cause may not. */
export class PageError extends HasteError {
  override readonly name = "PageError";
  override readonly code: PageErrorCode;

  constructor(code: PageErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }

  /** As it goes over the wire. */
  toResponse(): { readonly reason: PageErrorCode; readonly message: string } {
    return { reason: this.code, message: this.message };
  }
}

/** Views, tables or options do not fit together. Thrown before anything is served. */
export class ViewError extends HasteError {
  override readonly name = "ViewError";
  override readonly code = "invalid_view";
  readonly view: string;

  constructor(view: string, message: string) {
    super(`View ${JSON.stringify(view)}: ${message}`);
    this.view = view;
  }
}
