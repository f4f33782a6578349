// What a difference asks of rows.

/** How rows are told apart. */
export interface RowIdentity<Row> {
  /** The same for two states of one row, and for no other. */
  key(row: Row): string;
  /** Whether two states of one row show the same. */
  same(a: Row, b: Row): boolean;
}
