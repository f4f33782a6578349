// Filters as data: what a client sends, what a policy returns. Tuples, since a column may have any
// name and JSON has no better way to keep names and operators apart.

/** A value in a filter. Bigint, numeric and timestamps may be given as strings. */
export type FilterValue = string | number | boolean;

/** Which rows. Nulls behave as in SQL: `["ne", "gate", "A1"]` leaves out rows without a gate. */
export type Filter<Column extends string = string> =
  | readonly ["and", ...Filter<Column>[]]
  | readonly ["or", ...Filter<Column>[]]
  | readonly ["not", Filter<Column>]
  | readonly ["eq" | "ne" | "lt" | "lte" | "gt" | "gte", Column, FilterValue]
  | readonly ["in", Column, readonly FilterValue[]]
  | readonly ["between", Column, FilterValue, FilterValue]
  | readonly ["isNull" | "isNotNull", Column]
  | readonly ["prefix" | "contains", Column, string];

/**
 * A filter that has been checked against a table: columns by their places, values as the text of the
 * column's type. `prefix` minds case, `contains` does not. An `and` of nothing is true, an `or` of
 * nothing false.
 */
export type BoundFilter =
  | { readonly op: "and" | "or"; readonly of: readonly BoundFilter[] }
  | { readonly op: "not"; readonly of: BoundFilter }
  | { readonly op: "eq"; readonly column: number; readonly value: string }
  | {
      readonly op: "ne" | "lt" | "lte" | "gt" | "gte";
      readonly column: number;
      readonly value: string;
    }
  | { readonly op: "in"; readonly column: number; readonly values: readonly string[] }
  | { readonly op: "isNull"; readonly column: number }
  | { readonly op: "prefix" | "contains"; readonly column: number; readonly value: string };
