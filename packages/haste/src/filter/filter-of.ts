// Filters and orders that know the rows they are about.
import type { Order } from "../order/order.ts";
import type { FilterValue } from "./filter.ts";

/**
 * Filters of rows with this shape: only its columns, each with values and operators that make sense
 * for it. Every one of them is a {@link Filter}.
 *
 * A text may stand for a number that JSON cannot hold (bigint, numeric), so that a number may be given
 * for it. Where nothing is known of a column (`unknown`), every value may. JSON and arrays can be
 * asked for `isNull` and `isNotNull` alone.
 *
 * @example
 * interface Flight { id: string; gate: string | null; delay: number }
 * const where: FilterOf<Flight> = and(eq("gate", "A1"), gt("delay", 15));
 */
export type FilterOf<Row> =
  | readonly ["and", ...FilterOf<Row>[]]
  | readonly ["or", ...FilterOf<Row>[]]
  | readonly ["not", FilterOf<Row>]
  | {
      readonly [Column in keyof Row & string]-?: Condition<Column, Row[Column]>;
    }[keyof Row & string];

/** Orders of rows with this shape: by those of its columns that can be compared. */
export type OrderOf<Row> = Order<ComparedColumn<Row>>;

/** The columns whose values have an order. */
type ComparedColumn<Row> = {
  readonly [Column in keyof Row & string]-?: [Given<Row[Column]>] extends [never] ? never : Column;
}[keyof Row & string];

/** What may be given for a column; never if it cannot be compared. */
type Given<Value> = unknown extends Value
  ? FilterValue
  : [NonNullable<Value>] extends [FilterValue]
    ? GivenFor<NonNullable<Value>>
    : never;

type GivenFor<Value> = Value extends string
  ? string extends Value
    ? string | number
    : Value
  : Value;

type Condition<Column extends string, Value> =
  | readonly ["isNull" | "isNotNull", Column]
  | ([Given<Value>] extends [never]
      ? never
      : | readonly ["eq" | "ne" | "lt" | "lte" | "gt" | "gte", Column, Given<Value>]
        | readonly ["in", Column, readonly Given<Value>[]]
        | readonly ["between", Column, Given<Value>, Given<Value>])
  | (string extends Given<Value> ? readonly ["prefix" | "contains", Column, string] : never);
