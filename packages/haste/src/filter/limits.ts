// How large a filter may be, and what it may name.

/** Bounds of a filter that came from outside. */
export interface FilterLimits {
  /** How deep `and`, `or` and `not` may stand in each other. */
  readonly depth: number;
  /** How many conditions there may be in all, and operands of one `and` or `or`. */
  readonly conditions: number;
  /** How many values one `in` may have. */
  readonly values: number;
  /** How long a text may be, in UTF-16 code units. */
  readonly text: number;
  /** How long all values together may be, as PostgreSQL writes them, in UTF-16 code units. */
  readonly total: number;
  /** The columns that may be named; all by default. Another is told like one that does not exist. */
  readonly columns?: ReadonlySet<string>;
}

export const FILTER_LIMITS: FilterLimits = {
  depth: 10,
  conditions: 100,
  values: 500,
  text: 1_000,
  total: 32_768,
};
