// What makes pages equal, and what follows from it for their rows.
import type { RowIdentity } from "../../difference/row-identity.ts";
import type { BoundFilter } from "../../filter/filter.ts";
import type { Anchor, BoundOrder } from "../../order/order.ts";
import type { Row } from "../../row.ts";
import type { Table } from "../../table.ts";
import type { WindowSize } from "../../window/window.ts";
import type { BoundView } from "../view/bound-view.ts";

/** A page with everything settled: the policy's filter is in `filter`, its columns are in `columns`. */
export interface PageSpec {
  readonly view: BoundView;
  readonly filter: BoundFilter;
  readonly order: BoundOrder;
  readonly anchor: Anchor;
  readonly size: WindowSize;
  /** The places in the table of the columns that are shown, those of the key among them. */
  readonly columns: readonly number[];
}

/** A page as its group keeps it. */
export interface PageShape extends PageSpec {
  /** The same text for equal pages. */
  readonly key: string;
  readonly identity: RowIdentity<Row>;
}

/** How the rows of a page are told apart: by their key, and by what of them is shown. */
export function rowIdentity(table: Table, columns: readonly number[]): RowIdentity<Row> {
  const [only] = table.key;
  const keyOf = (row: Row, place: number): string =>
    (table.columns[place] as Table["columns"][number]).type.key(row[place] as string);
  return {
    key:
      table.key.length === 1 && only !== undefined
        ? (row) => keyOf(row, only)
        : (row) => JSON.stringify(table.key.map((place) => keyOf(row, place))),
    same: (a, b) => columns.every((place) => a[place] === b[place]),
  };
}

/** Whether rows of both have the same values. */
export function sameColumns(a: PageShape | null, b: PageShape): boolean {
  return (
    a?.columns.length === b.columns.length &&
    a.columns.every((place, at) => place === b.columns[at])
  );
}
