// How values are shown. Pure.
import { MAX_DELAY } from "../flight.ts";

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

export interface Moment {
  /** `14 Jan`. */
  readonly day: string;
  readonly year: string;
  /** `21:55`. */
  readonly time: string;
}

/** @param date - `2001-01-14T21:55:00`, by the airport's clock, whatever the reader's is */
export function momentOf(date: string): Moment {
  const [, year = "", month = "1", day = ""] = /^(\d{4})-(\d\d)-(\d\d)/.exec(date) ?? [];
  return {
    day: `${Number(day)} ${MONTHS[Number(month) - 1] ?? ""}`,
    year,
    time: date.slice(11, 16),
  };
}

/** `12,345`. */
export function grouped(number: number): string {
  return number.toLocaleString("en");
}

/** How late a flight is, in words that colours follow. */
export type Punctuality = "early" | "prompt" | "late" | "very-late";

/** @param delay - minutes; a quarter of an hour is what airlines call late */
export function punctualityOf(delay: number): Punctuality {
  if (delay < 0) return "early";
  if (delay < 15) return "prompt";
  return delay < 60 ? "late" : "very-late";
}

/** `+32`, `0`, `−5`. */
export function signed(delay: number): string {
  if (delay === 0) return "0";
  return delay > 0 ? `+${grouped(delay)}` : `−${grouped(-delay)}`;
}

/** How much of its track a delay's bar fills, 0 to 1: small ones are told apart, and so are large ones. */
export function share(delay: number): number {
  return Math.min(1, Math.cbrt(Math.abs(delay) / MAX_DELAY));
}

/** `12:03:04`. */
export function clock(ms: number): string {
  return new Date(ms).toLocaleTimeString("en-GB");
}
