// Which rows a list wants next, by what is looked at. Pure.
import type { KnownRows, ListSpace, Seen } from "./list-space.ts";

export interface WishLimits {
  /** Rows that are known at most; the view's `maxRows` or less. */
  readonly maxRows: number;
  /** Rows that are asked for at once. */
  readonly step: number;
}

export type Wish =
  | { readonly type: "next"; readonly count: number }
  | { readonly type: "previous"; readonly count: number }
  /** So many rows around a place: what is far from it is let go of. */
  | { readonly type: "around"; readonly place: number; readonly limit: number };

/** What to ask for, or null: there are enough rows on both sides of what is looked at. */
export function wish<Row>(
  { rows, first, length }: ListSpace<Row>,
  { hasPrevious, hasNext }: KnownRows<Row>,
  seen: Seen,
  { maxRows, step }: WishLimits,
): Wish | null {
  if (rows.length === 0) return null;
  const last = first + rows.length - 1;
  const from = Math.min(seen.from, length - 1);
  const to = Math.min(seen.to, length - 1);
  const middle = Math.floor((from + to) / 2);
  const around = (place: number): Wish => ({
    type: "around",
    place,
    limit: Math.min(maxRows, Math.max(2 * step, 3 * (to - from + 1))),
  });
  if (from > last + step || to < first - step) return around(middle);
  const margin = Math.ceil(step / 2);
  const isFull = rows.length + step > maxRows;
  const inside = Math.min(Math.max(middle, first), last);
  if (hasNext && to > last - margin) return isFull ? around(inside) : { type: "next", count: step };
  if (hasPrevious && from < first + margin) {
    return isFull ? around(inside) : { type: "previous", count: step };
  }
  return null;
}
