// What Haste's server says when it cannot do what it was asked: to clients as { reason, message },
// to whoever sets it up as an exception.

import { HasteError } from "../errors.ts";
import type { PageErrorCode } from "../page-reasons.ts";

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
