// Whole numbers: smallint, integer and oid as JSON numbers, bigint as strings.
import { InvalidValueError } from "../errors.ts";
import type { ColumnType } from "./column-type.ts";

export function integerType(name: string, sql: string, least: number, most: number): ColumnType {
  return {
    name,
    sql,
    filters: "order",
    key: (text) => text,
    compare: (a, b) => Number(a) - Number(b),
    rank: Number,
    toJson: Number,
    fromJson(value) {
      if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) {
        return String(value + 0); // not "-0"
      }
      throw new InvalidValueError(name, `a whole number from ${least} to ${most}`, value);
    },
  };
}

const LEAST = -(2n ** 63n);
const MOST = 2n ** 63n - 1n;

export function bigintType(name: string): ColumnType {
  return {
    name,
    sql: "int8",
    filters: "order",
    key: (text) => text,
    compare: compareIntegers,
    rank: Number,
    toJson: (text) => text,
    fromJson(value) {
      const whole = wholeNumber(value);
      if (whole !== null && whole >= LEAST && whole <= MOST) return String(whole);
      const takes = `a whole number from ${LEAST} to ${MOST}, beyond 2^53 as a string`;
      throw new InvalidValueError(name, takes, value);
    },
  };
}

function wholeNumber(value: unknown): bigint | null {
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : null;
  return typeof value === "string" && /^[+-]?\d{1,40}$/.test(value)
    ? BigInt(value.replace("+", ""))
    : null;
}

/** Whole numbers as PostgreSQL writes them: no `+`, no leading zeros, no `-0`. */
function compareIntegers(a: string, b: string): number {
  const negative = a.startsWith("-");
  if (negative !== b.startsWith("-")) return negative ? -1 : 1;
  const order = a.length - b.length || (a < b ? -1 : Number(a > b));
  return negative ? -order : order;
}
