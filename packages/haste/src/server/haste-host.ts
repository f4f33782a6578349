// What the channels of all views share.
import type { ChannelContext } from "@slipstream/server";
import type { PageError } from "./errors.ts";
import type { HasteLimits } from "./limits.ts";
import type { Page } from "./page/page.ts";
import type { JoinRequest } from "./protocol/request.ts";
import type { BoundView } from "./view/bound-view.ts";

export type PageContext = ChannelContext;

export interface HasteHost {
  readonly limits: HasteLimits;
  /**
   * Makes a page, within the limits of its connection and its user. `close` ends it.
   *
   * @throws {PageError}
   */
  admit(
    view: BoundView,
    channel: PageContext,
    request: JoinRequest,
    ended: (error: PageError) => void,
  ): { readonly page: Page; readonly close: () => void };
  /** It has been opened, in so many ms. */
  opened(page: Page, ms: number, resumed: boolean): void;
  /** Resolves when what a page may see has been decided, or could not be; at once if it is in no doubt. */
  decided(page: Page): Promise<void>;
  /** One more query by this connection. @throws {PageError} too_fast */
  ask(channel: PageContext): void;
  /** What a client is told of an error; what it is not told goes to the log. */
  explain(view: BoundView, error: unknown): PageError;
}
