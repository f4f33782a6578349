// What is said on the demo's topics, for both ends. Types and names alone.
import type { ChangeRun } from "./changes.ts";
import type { FlightRow } from "./flights.ts";

/** The topics `flights:1`, `flights:2`, …: pages of the table, any page on any of them. */
export interface FlightsTopic {
  readonly join: {
    readonly params: Record<string, never>;
    readonly response: { readonly rows: number; readonly pages: number; readonly pageSize: number };
  };
  readonly push: {
    readonly page: {
      /** `id` names the push itself, so that a server that got it twice would know. */
      readonly payload: { readonly index: number; readonly id: number };
      readonly reply: Page;
    };
  };
}

/** The rows of a page as they were after the change `seq`. */
export interface Page {
  readonly index: number;
  readonly seq: number;
  readonly rows: readonly FlightRow[];
}

/**
 * The topic `feed`: every change after the one that the join names, each once and in order. A join
 * that asks for more than the server's log still has is refused with the reason "gone".
 */
export interface FeedTopic {
  readonly join: {
    readonly params: { readonly after: number };
    readonly response: { readonly seq: number };
  };
  readonly message: { readonly changes: ChangeRun };
}

export const FEED = "feed";

export function flightsTopic(lane: number): string {
  return `flights:${lane}`;
}
