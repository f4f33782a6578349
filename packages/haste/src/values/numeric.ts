// numeric: decimal numbers of any size, NaN (the greatest, equal to itself), the infinities.
// Source: PostgreSQL, "Arbitrary Precision Numbers".
import { InvalidValueError } from "../errors.ts";
import type { ColumnType } from "./column-type.ts";

export function numericType(name: string): ColumnType {
  return {
    name,
    // Without its precision: a cast to numeric(10, 2) would round what a filter asks for.
    sql: "numeric",
    filters: "order",
    key: withoutTrailingZeros,
    compare: compareNumeric,
    rank: (text) => (text === "NaN" ? Infinity : Number(text)),
    toJson: (text) => text,
    fromJson(value) {
      const text = Number.isFinite(value) ? String(value) : value;
      const plain = typeof text === "string" ? plainDecimal(text) : null;
      if (plain !== null) return plain;
      throw new InvalidValueError(name, TAKES, value);
    },
  };
}

const MOST_DIGITS = 1_000;
const TAKES =
  'a number, or a string such as "-12.50", "1e30", "NaN", "Infinity" or "-Infinity", ' +
  `of at most ${MOST_DIGITS} digits on each side of the point`;
const SPECIAL: ReadonlyMap<string, number> = new Map([
  ["-Infinity", -1],
  ["Infinity", 1],
  ["NaN", 2],
]);

/** One text for equal values: `1.00` and `1.0` are `1`. */
function withoutTrailingZeros(text: string): string {
  if (!text.includes(".")) return text;
  let end = text.length;
  while (text[end - 1] === "0") end--;
  if (text[end - 1] === ".") end--;
  return text.slice(0, end);
}

/** Texts as PostgreSQL writes them: no exponent, no leading zeros but one, no `-0`. */
function compareNumeric(a: string, b: string): number {
  const special = (SPECIAL.get(a) ?? 0) - (SPECIAL.get(b) ?? 0);
  if (special !== 0 || SPECIAL.has(a)) return special;
  // A double tells decimals of fifteen digits apart.
  if (a.length <= 15 && b.length <= 15) return Number(a) - Number(b);
  const negative = a.startsWith("-");
  if (negative !== b.startsWith("-")) return negative ? -1 : 1;
  const order = compareMagnitude(withoutTrailingZeros(a), withoutTrailingZeros(b));
  return negative ? -order : order;
}

function compareMagnitude(a: string, b: string): number {
  const order = pointOf(a) - pointOf(b);
  // With points in the same place, and no trailing zeros, digits compare like letters.
  return order === 0 ? (a < b ? -1 : Number(a > b)) : order;
}

function pointOf(text: string): number {
  const point = text.indexOf(".");
  return point === -1 ? text.length : point;
}

/** The number without exponent, sign `+` and needless zeros; null when it is none, or too long. */
function plainDecimal(text: string): string | null {
  if (SPECIAL.has(text)) return text;
  const parts = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,5}))?$/.exec(text);
  if (parts === null) return null;
  const [, sign, whole = "", fraction = "", exponent = "0"] = parts;
  if (whole === "" && fraction === "") return null;
  const point = whole.length + Number(exponent);
  const digits = whole + fraction;
  if (point > 2 * MOST_DIGITS || digits.length - point > 2 * MOST_DIGITS) return null;
  const padded = point < 0 ? "0".repeat(-point) + digits : digits.padEnd(point, "0");
  const before = padded.slice(0, Math.max(point, 0)).replace(/^0+/, "") || "0";
  const after = padded.slice(Math.max(point, 0));
  if (before.length > MOST_DIGITS || after.length > MOST_DIGITS) return null;
  const plain = withoutTrailingZeros(after === "" ? before : `${before}.${after}`);
  return sign === "-" && plain !== "0" ? `-${plain}` : plain;
}
