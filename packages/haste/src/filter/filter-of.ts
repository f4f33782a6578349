// Filters that know the rows they are about.
import type { FilterValue } from "./filter.ts";

/**
 * Filters of rows with this shape: only its columns, each with values and operators that make sense
 * for it. Every one of them is a {@link Filter}.
 *
 * @example
 * interface Flight { id: string; gate: string | null; delay: number }
 * const where: FilterOf<Flight> = and(eq("gate", "A1"), gt("delay", 15));
 */
export type FilterOf<Shape> =
  | readonly ["and", ...FilterOf<Shape>[]]
  | readonly ["or", ...FilterOf<Shape>[]]
  | readonly ["not", FilterOf<Shape>]
  | {
      readonly [Column in keyof Shape & string]: Condition<Column, NonNullable<Shape[Column]>>;
    }[keyof Shape & string];

/** A text of a column may stand for a number that JSON cannot hold: then a number may be given. */
type Given<Value> = Value extends string
  ? string extends Value
    ? string | number
    : Value
  : Value extends FilterValue
    ? Value
    : never;

type Condition<Column extends string, Value> =
  | readonly ["isNull" | "isNotNull", Column]
  | ([Given<Value>] extends [never]
      ? never
      : | readonly ["eq" | "ne" | "lt" | "lte" | "gt" | "gte", Column, Given<Value>]
        | readonly ["in", Column, readonly Given<Value>[]]
        | readonly ["between", Column, Given<Value>, Given<Value>])
  | (string extends Value ? readonly ["prefix" | "contains", Column, string] : never);
