// One step from a state of a page to the next.

/**
 * Applied in order, each to what the one before it left. A move takes the row out at `from` and puts
 * `row`, which may have changed, in at `to`.
 */
export type Operation<Row> =
  | { readonly op: "insert"; readonly at: number; readonly row: Row }
  | { readonly op: "update"; readonly at: number; readonly row: Row }
  | { readonly op: "remove"; readonly at: number }
  | { readonly op: "move"; readonly from: number; readonly to: number; readonly row: Row };
