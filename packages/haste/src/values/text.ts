// Text: `text` and `character varying`, and `character(n)`, whose trailing blanks mean nothing.
import { InvalidValueError } from "../errors.ts";
import type { ColumnType } from "./column-type.ts";
import { compareText, textRank } from "./text-order.ts";

const TAKES = "a string without U+0000 and without halves of surrogate pairs";

/**
 * The string, when PostgreSQL can hold it.
 *
 * @param type what the error calls it.
 * @throws InvalidValueError
 */
export function storableText(type: string, value: unknown): string {
  if (typeof value !== "string" || value.includes("\0") || /\p{Surrogate}/u.test(value)) {
    throw new InvalidValueError(type, TAKES, value);
  }
  return value;
}

export function textType(name: string): ColumnType {
  return {
    name,
    sql: "text",
    filters: "text",
    key: (text) => text,
    compare: compareText,
    rank: textRank,
    toJson: (text) => text,
    fromJson: (value) => storableText(name, value),
  };
}

export function blankPaddedType(name: string): ColumnType {
  return {
    name,
    sql: "bpchar",
    filters: "text",
    key: withoutBlanks,
    compare: (a, b) => compareText(withoutBlanks(a), withoutBlanks(b)),
    rank: (text) => textRank(withoutBlanks(text)),
    toJson: withoutBlanks,
    fromJson: (value) => withoutBlanks(storableText(name, value)),
  };
}

function withoutBlanks(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 0x20) end--;
  return text.slice(0, end);
}
