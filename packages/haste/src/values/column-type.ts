// What Haste must know of a PostgreSQL type to filter, order and show its values.
import type { Json } from "../json.ts";

/**
 * A type of PostgreSQL. Every text here is as the type's output function writes it, and none is
 * null: three-valued logic and the place of nulls belong to filters and orders.
 */
export interface ColumnType {
  /** As `format_type` names it: `integer`, `numeric`, `timestamp with time zone`, an enum's name. */
  readonly name: string;
  /** How SQL casts a parameter to it, quoted where needed: `int4`, `"public"."mood"`. */
  readonly sql: string;
  /** An enum's labels, in its order. */
  readonly labels?: readonly string[];
  /** What filters may do with it. `none`: it is shown, and that is all (json). */
  readonly filters: "none" | "equality" | "order" | "text";
  /**
   * The same for values that PostgreSQL's `=` calls equal (`1.0` and `1.00`; `-0` and `0`), another
   * for all others: what hash indexes and canonical forms are made of.
   */
  key(text: string): string;
  /**
   * Negative, zero or positive, in PostgreSQL's order of this type; text by the bytes of UTF-8, as
   * `COLLATE "C"`. Zero exactly when the keys are equal. Only where {@link filters} allows an order.
   */
  compare(a: string, b: string): number;
  /**
   * A number that never goes down as the order goes up: two values may share one (bigints beyond
   * 2^53; texts that begin alike), and none is NaN. What range indexes look values up by.
   */
  rank(text: string): number;
  /** The value as clients get it: bigint and numeric as strings, timestamps in ISO 8601, json as it is. */
  toJson(text: string): Json;
  /**
   * The text of a value that a client gave in a filter; its key is that of the output function's.
   *
   * @throws InvalidValueError says which values this type takes.
   */
  fromJson(value: unknown): string;
}
