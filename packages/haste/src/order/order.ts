// Orders as data.

/** One column of an order. `nulls` defaults to PostgreSQL's way: last ascending, first descending. */
export interface OrderColumn<Column extends string = string> {
  readonly column: Column;
  readonly direction?: "asc" | "desc";
  readonly nulls?: "first" | "last";
}

/** An order; the columns of the key that it lacks are added to its end, so that no two rows tie. */
export type Order<Column extends string = string> = readonly OrderColumn<Column>[];

/** An order that has been checked against a table, the key's columns included. */
export type BoundOrder = readonly {
  readonly column: number;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}[];

/** Where a row stands in an order: its values in the order's columns. A page break is one. */
export type Position = readonly (string | null)[];

/** Where a window is anchored; {@link Position} is that of the first row behind the anchor, if any. */
export type Anchor = "start" | "end" | Position;
