// A view that has been checked against its tables.
import type { FilterLimits } from "../../filter/limits.ts";
import type { BoundOrder } from "../../order/order.ts";
import type { Table } from "../../table.ts";
import type { ViewLimits } from "./define-view.ts";
import type { PolicyFunction } from "./policy.ts";

export interface BoundView {
  readonly name: string;
  readonly kind: "table" | "joined";
  /** The table, or the query as if it were one. */
  readonly table: Table;
  /** What stands behind FROM, where that is not the table. */
  readonly from: { readonly from?: string };
  /** The ids of the tables whose changes concern it. */
  readonly tables: ReadonlySet<string>;
  /** The places of the columns that pages may show, in the order in which clients get them. */
  readonly columns: readonly number[];
  readonly filterable: ReadonlySet<string>;
  readonly orderable: ReadonlySet<string>;
  readonly order: BoundOrder;
  readonly limits: ViewLimits;
  readonly filterLimits: FilterLimits;
  /** Ms between two queries; 0 where changes are taken in one by one. */
  readonly debounce: number;
  readonly policy: {
    readonly decide: PolicyFunction<never, Record<string, unknown>>;
    readonly tables: ReadonlySet<string>;
    readonly maxAge: number;
  };
}
