// Floating point: real and double precision. NaN is the greatest and equals itself, -0 equals 0.
// Source: PostgreSQL, "Floating-Point Types".
import { InvalidValueError } from "../errors.ts";
import type { ColumnType } from "./column-type.ts";

const TAKES = 'a number within its range, or one of "NaN", "Infinity" and "-Infinity"';
const SPECIAL: ReadonlySet<unknown> = new Set(["NaN", "Infinity", "-Infinity"]);

export function floatType(name: string, sql: "float4" | "float8"): ColumnType {
  // A text of `real` stands for the nearest value of 32 bits: 0.1 is 0.100000001490116…
  const parse = sql === "float4" ? (text: string) => Math.fround(Number(text)) : Number;
  return {
    name,
    sql,
    filters: "order",
    key: (text) => String(parse(text)), // -0 as "0"
    compare: (a, b) => compareFloats(parse(a), parse(b)),
    rank: (text) => (text === "NaN" ? Infinity : parse(text)),
    toJson: (text) => (SPECIAL.has(text) ? text : Number(text)),
    fromJson(value) {
      if (typeof value === "string" && SPECIAL.has(value)) return value;
      const number = typeof value === "number" ? parse(String(value)) : Number.NaN;
      if (Number.isFinite(number)) return String(number);
      throw new InvalidValueError(name, TAKES, value);
    },
  };
}

function compareFloats(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}
