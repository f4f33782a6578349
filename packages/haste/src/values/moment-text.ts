// The texts of dates and timestamps: as PostgreSQL writes them under DateStyle ISO and TimeZone UTC,
// and as ISO 8601, which clients get and give.
// Source: PostgreSQL, "Date/Time Types".
import { dayNumber, dayOf, exists } from "./calendar.ts";

const INFINITE: ReadonlyMap<string, number> = new Map([
  ["-infinity", -1],
  ["infinity", 1],
]);

const MICROSECONDS_OF_MINUTE = 60_000_000;
const MICROSECONDS_OF_DAY = 1440 * MICROSECONDS_OF_MINUTE;

/** Whether it is `infinity` or `-infinity`, the same in both forms. */
export function isInfinite(text: string): boolean {
  return INFINITE.has(text);
}

/** The order of PostgreSQL's texts of one type. */
export function compareMoments(a: string, b: string): number {
  if (!isPlain(a) || !isPlain(b)) {
    const order =
      (INFINITE.get(a) ?? 0) - (INFINITE.get(b) ?? 0) ||
      (isInfinite(a) ? 0 : yearOf(a) - yearOf(b));
    if (order !== 0 || isInfinite(a)) return order;
  }
  // In the same year, or in years of four digits after Christ, digits compare like letters.
  return a < b ? -1 : Number(a > b);
}

function isPlain(text: string): boolean {
  return text.charCodeAt(4) === 0x2d && !text.endsWith("C") && text.charCodeAt(0) !== 0x2d;
}

function yearOf(text: string): number {
  const year = Number(text.slice(0, text.indexOf("-")));
  return text.endsWith(" BC") ? 1 - year : year;
}

/** A number that grows with the moment; beyond 2^53 neighbours share one. */
export function momentRank(text: string): number {
  const infinite = INFINITE.get(text);
  if (infinite !== undefined) return infinite * Infinity;
  const dash = text.indexOf("-");
  const month = Number(text.slice(dash + 1, dash + 3));
  const day = Number(text.slice(dash + 4, dash + 6));
  const days = (yearOf(text) * 12 + month) * 31 + day;
  const time = text.slice(dash + 7);
  return days * MICROSECONDS_OF_DAY + (time === "" || time === "BC" ? 0 : timeRank(time));
}

/** Microseconds since midnight, whatever zone or era may follow. */
export function timeRank(text: string): number {
  const minutes = Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));
  const seconds = Number.parseFloat(text.slice(6));
  return minutes * MICROSECONDS_OF_MINUTE + Math.round(seconds * 1_000_000);
}

/** ISO 8601 of PostgreSQL's text, years beyond four digits as `+010000` and `-000043`. */
export function toIso(text: string): string {
  if (isInfinite(text)) return text;
  const zoned = text.replace(" BC", "").replace("+00", "Z");
  const iso = zoned.replace(" ", "T");
  if (isPlain(text)) return iso;
  const year = yearOf(text);
  const digits = String(Math.abs(year));
  const rest = iso.slice(iso.indexOf("-"));
  if (year >= 0 && digits.length <= 4) return digits.padStart(4, "0") + rest;
  return `${year < 0 ? "-" : "+"}${digits.padStart(6, "0")}${rest}`;
}

/** 4714-11-24 BC, the first day of Julian dates. */
const FIRST_DAY = dayNumber({ year: -4713, month: 11, day: 24 });

/** What a text of ISO 8601 says: a day since 1970-01-01, and where in it. */
export interface Moment {
  readonly day: number;
  /** Microseconds since midnight. */
  readonly time: number;
}

/** Reads `2026-11-26`, years also as `+010000` and `-000043`; null when it is no such day. */
export function readDate(text: string): number | null {
  const parts = /^(\d{4}|[+-]\d{6,7})-(\d\d)-(\d\d)$/.exec(text);
  if (parts === null) return null;
  const day = { year: Number(parts[1]), month: Number(parts[2]), day: Number(parts[3]) };
  return exists(day) ? dayNumber(day) : null;
}

/** Reads `07:30`, `07:30:00` and `07:30:00.123456`; null when it is no time. */
export function readTime(text: string): number | null {
  const parts = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?$/.exec(text);
  if (parts === null) return null;
  const [, hours, minutes, seconds = "0", fraction = ""] = parts;
  if (Number(minutes) > 59 || Number(seconds) > 59) return null;
  const time =
    (Number(hours) * 60 + Number(minutes)) * MICROSECONDS_OF_MINUTE +
    Number(seconds) * 1_000_000 +
    Number(fraction.padEnd(6, "0"));
  return time <= MICROSECONDS_OF_DAY ? time : null;
}

/** Reads a date and a time with `T` or a blank between them, and no zone. */
export function readMoment(text: string): Moment | null {
  const split = text.search(/[T ]/);
  const day = split === -1 ? null : readDate(text.slice(0, split));
  const time = readTime(text.slice(split + 1));
  if (day === null || time === null || time === MICROSECONDS_OF_DAY) return null;
  return { day, time };
}

/** The same, followed by `Z` or an offset such as `+02:00`; the moment in UTC. */
export function readZonedMoment(text: string): Moment | null {
  const parts = /^(.+?)(?:Z|([+-])(\d\d)(?::?(\d\d))?)$/.exec(text);
  const local = parts?.[1] === undefined ? null : readMoment(parts[1]);
  if (parts === null || local === null) return null;
  const [, , sign, hours = "0", minutes = "0"] = parts;
  if (Number(hours) > 15 || Number(minutes) > 59) return null;
  const offset = (Number(hours) * 60 + Number(minutes)) * MICROSECONDS_OF_MINUTE;
  const time = local.time - (sign === "-" ? -offset : offset);
  const days = Math.floor(time / MICROSECONDS_OF_DAY);
  return { day: local.day + days, time: time - days * MICROSECONDS_OF_DAY };
}

/** PostgreSQL's text of a day, with what follows it before the era; null when its range has no such. */
export function writeDay(number: number, lastYear: number, rest: string): string | null {
  const { year, month, day } = dayOf(number);
  if (number < FIRST_DAY || year > lastYear) return null;
  const two = (part: number): string => String(part).padStart(2, "0");
  const years = String(year > 0 ? year : 1 - year).padStart(4, "0");
  return `${years}-${two(month)}-${two(day)}${rest}${year > 0 ? "" : " BC"}`;
}

/** PostgreSQL's text of a time: `07:30:00.5`. */
export function writeTime(time: number): string {
  const two = (part: number): string => String(part).padStart(2, "0");
  const seconds = Math.floor(time / 1_000_000);
  const clock = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  const fraction = time % 1_000_000;
  return fraction === 0
    ? clock
    : `${clock}.${String(fraction).padStart(6, "0").replace(/0+$/, "")}`;
}
