// Dates and times: date, time, timestamp, timestamptz, each to the microsecond.
import { InvalidValueError } from "../errors.ts";
import type { ColumnType } from "./column-type.ts";
import {
  compareMoments,
  isInfinite,
  momentRank,
  readDate,
  readMoment,
  readTime,
  readZonedMoment,
  timeRank,
  toIso,
  writeDay,
  writeTime,
} from "./moment-text.ts";

const LAST_YEAR_OF_DATES = 5_874_897;
const LAST_YEAR_OF_TIMESTAMPS = 294_276;

export function dateType(name: string): ColumnType {
  return momentType(name, "date", 'such as "2026-11-26"', (text) => {
    const day = readDate(text);
    return day === null ? null : writeDay(day, LAST_YEAR_OF_DATES, "");
  });
}

export function timestampType(name: string): ColumnType {
  const example = 'such as "2026-11-26T07:30:00.123456", without a time zone';
  return momentType(name, "timestamp", example, (text) => {
    const moment = readMoment(text);
    if (moment === null) return null;
    return writeDay(moment.day, LAST_YEAR_OF_TIMESTAMPS, ` ${writeTime(moment.time)}`);
  });
}

export function timestamptzType(name: string): ColumnType {
  const example = 'such as "2026-11-26T07:30:00.123456Z" or "2026-11-26T07:30:00+02:00"';
  return momentType(name, "timestamptz", example, (text) => {
    const moment = readZonedMoment(text);
    if (moment === null) return null;
    return writeDay(moment.day, LAST_YEAR_OF_TIMESTAMPS, ` ${writeTime(moment.time)}+00`);
  });
}

export function timeType(name: string): ColumnType {
  return {
    name,
    sql: "time",
    filters: "order",
    key: (text) => text,
    compare: (a, b) => (a < b ? -1 : Number(a > b)),
    rank: timeRank,
    toJson: (text) => text,
    fromJson(value) {
      const time = typeof value === "string" ? readTime(value) : null;
      if (time !== null) return writeTime(time);
      throw new InvalidValueError(name, 'a time such as "07:30:00.123456"', value);
    },
  };
}

/** @param canonical PostgreSQL's text of one of ISO 8601; null when there is none. */
function momentType(
  name: string,
  sql: string,
  example: string,
  canonical: (text: string) => string | null,
): ColumnType {
  return {
    name,
    sql,
    filters: "order",
    key: (text) => text,
    compare: compareMoments,
    rank: momentRank,
    toJson: toIso,
    fromJson(value) {
      const known = typeof value === "string" && isInfinite(value);
      const text = known ? value : typeof value === "string" ? canonical(value) : null;
      if (text !== null) return text;
      const takes = `"infinity", "-infinity", or a moment of its range ${example}`;
      throw new InvalidValueError(name, takes, value);
    },
  };
}
