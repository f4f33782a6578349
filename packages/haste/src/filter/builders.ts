// Filters as functions, for those who would rather not write tuples. What they return is data, typed
// so closely that a FilterOf takes it only where column and value fit.
import type { FilterValue } from "./filter.ts";

type Comparison<Op extends string, Column extends string, Value> = readonly [Op, Column, Value];

/** The column equals the value. Never true of null. */
export function eq<Column extends string, Value extends FilterValue>(
  column: Column,
  value: Value,
): Comparison<"eq", Column, Value> {
  return ["eq", column, value];
}

/** The column has a value, and another one. */
export function ne<Column extends string, Value extends FilterValue>(
  column: Column,
  value: Value,
): Comparison<"ne", Column, Value> {
  return ["ne", column, value];
}

/** The column is less than the value: text by the bytes of UTF-8, enums by their labels' order. */
export function lt<Column extends string, Value extends FilterValue>(
  column: Column,
  value: Value,
): Comparison<"lt", Column, Value> {
  return ["lt", column, value];
}

/** The column is less than the value or equals it. */
export function lte<Column extends string, Value extends FilterValue>(
  column: Column,
  value: Value,
): Comparison<"lte", Column, Value> {
  return ["lte", column, value];
}

/** The column is greater than the value. */
export function gt<Column extends string, Value extends FilterValue>(
  column: Column,
  value: Value,
): Comparison<"gt", Column, Value> {
  return ["gt", column, value];
}

/** The column is greater than the value or equals it. */
export function gte<Column extends string, Value extends FilterValue>(
  column: Column,
  value: Value,
): Comparison<"gte", Column, Value> {
  return ["gte", column, value];
}

/** The column equals one of the values. Of no values, none. */
export function isIn<Column extends string, const Value extends FilterValue>(
  column: Column,
  values: readonly Value[],
): readonly ["in", Column, readonly Value[]] {
  return ["in", column, values];
}

/** The column is at least `least` and at most `most`. */
export function between<Column extends string, Value extends FilterValue>(
  column: Column,
  least: Value,
  most: Value,
): readonly ["between", Column, Value, Value] {
  return ["between", column, least, most];
}

/** The column is null. */
export function isNull<Column extends string>(column: Column): readonly ["isNull", Column] {
  return ["isNull", column];
}

/** The column is not null. */
export function isNotNull<Column extends string>(column: Column): readonly ["isNotNull", Column] {
  return ["isNotNull", column];
}

/** The text begins with these letters, in this case. */
export function prefix<Column extends string>(
  column: Column,
  text: string,
): readonly ["prefix", Column, string] {
  return ["prefix", column, text];
}

/**
 * The text contains this one in whatever case: letters are the same that lower-casing or upper-casing
 * one letter turns into each other (`Σ`, `σ`, `ς`), but not `ß` and `ss`, nor `é` and `e`.
 */
export function contains<Column extends string>(
  column: Column,
  text: string,
): readonly ["contains", Column, string] {
  return ["contains", column, text];
}

/** All of the filters are true. Of none, true. */
export function and<const Parts extends readonly unknown[]>(
  ...parts: Parts
): readonly ["and", ...Parts] {
  return ["and", ...parts];
}

/** At least one of the filters is true. Of none, false. */
export function or<const Parts extends readonly unknown[]>(
  ...parts: Parts
): readonly ["or", ...Parts] {
  return ["or", ...parts];
}

/** The filter is false. Where it is neither, since a column is null, this is neither, too. */
export function not<Part>(part: Part): readonly ["not", Part] {
  return ["not", part];
}
