// Types whose texts compare as they are, or not at all: boolean, uuid, bytea, enums, the rest.
import { InvalidValueError } from "../errors.ts";
import type { Json } from "../json.ts";
import type { ColumnType } from "./column-type.ts";

const identity = (text: string): string => text;
const byLetters = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

export function booleanType(name: string): ColumnType {
  return {
    name,
    sql: "bool",
    filters: "order",
    key: identity,
    compare: byLetters, // "f" before "t"
    rank: (text) => Number(text === "t"),
    toJson: (text) => text === "t",
    fromJson(value) {
      if (typeof value === "boolean") return value ? "t" : "f";
      throw new InvalidValueError(name, "true or false", value);
    },
  };
}

export function uuidType(name: string): ColumnType {
  return {
    name,
    sql: "uuid",
    filters: "order",
    key: identity,
    compare: byLetters,
    rank: (text) => Number.parseInt(text.slice(0, 8) + text.slice(9, 13), 16),
    toJson: identity,
    fromJson(value) {
      const form = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;
      if (typeof value === "string" && form.test(value)) return value.toLowerCase();
      const example = "123e4567-e89b-12d3-a456-426614174000";
      throw new InvalidValueError(name, `a string such as "${example}"`, value);
    },
  };
}

/** Bytes, as hexadecimal digits behind `\x`. */
export function byteaType(name: string): ColumnType {
  return {
    name,
    sql: "bytea",
    filters: "order",
    key: identity,
    compare: byLetters,
    rank: (text) => Number.parseInt(text.slice(2, 14).padEnd(12, "0"), 16),
    toJson: identity,
    fromJson(value) {
      if (typeof value === "string" && /^\\x(?:[\da-f]{2})*$/i.test(value)) {
        return value.toLowerCase();
      }
      throw new InvalidValueError(name, String.raw`a string such as "\x00ff"`, value);
    },
  };
}

/**
 * @param labels in the order of the type. One that is not among them (added since the type was read)
 * stands behind all others until the type is read again.
 */
export function enumType(name: string, sql: string, labels: readonly string[]): ColumnType {
  const places = new Map(labels.map((label, place) => [label, place]));
  const placeOf = (label: string): number => places.get(label) ?? labels.length;
  return {
    name,
    sql,
    labels,
    filters: "order",
    key: identity,
    compare: (a, b) => placeOf(a) - placeOf(b) || byLetters(a, b),
    rank: placeOf,
    toJson: identity,
    fromJson(value) {
      if (typeof value === "string" && places.has(value)) return value;
      const few = labels.slice(0, 20).map((label) => JSON.stringify(label));
      const more = labels.length > few.length ? ", …" : "";
      throw new InvalidValueError(name, `one of ${few.join(", ")}${more}`, value);
    },
  };
}

/** A type whose values are shown, as PostgreSQL writes them where nothing else is said. */
export function shownType(
  name: string,
  sql: string,
  toJson: (text: string) => Json = identity,
): ColumnType {
  return {
    name,
    sql,
    filters: "none",
    key: identity,
    compare: byLetters,
    rank: () => 0,
    toJson,
    fromJson(value) {
      throw new InvalidValueError(name, "no filters", value);
    },
  };
}
