// From what a client asks for and a policy allows to a page with everything settled.
import { bindFilter } from "../../filter/bind.ts";
import type { BoundFilter } from "../../filter/filter.ts";
import { FILTER_LIMITS } from "../../filter/limits.ts";
import { bindOrder, ORDER_LIMITS } from "../../order/bind.ts";
import { positionOf } from "../../order/compare.ts";
import type { Anchor, BoundOrder } from "../../order/order.ts";
import { rowQuery } from "../../query/page-query.ts";
import type { SnapshotQueue } from "../engine/snapshot-queue.ts";
import { HasteError, InvalidFilterError, InvalidOrderError } from "../../errors.ts";
import { PageError } from "../errors.ts";
import { columnAt } from "../../sql/names.ts";
import type { Table } from "../../table.ts";
import type { WindowSize } from "../../window/window.ts";
import type { PageRequest } from "../protocol/request.ts";
import type { Allowed } from "../view/allowed.ts";
import type { BoundView } from "../view/bound-view.ts";
import { canonical } from "../../filter/canonical.ts";
import { rowIdentity, type PageShape, type PageSpec } from "./page-shape.ts";

/**
 * The page that is asked for. Around a key, that row's position is looked up.
 *
 * @throws {PageError} What cannot be had, and why.
 */
export async function resolvePage(
  view: BoundView,
  allowed: Allowed,
  request: PageRequest,
  snapshots: SnapshotQueue,
): Promise<PageShape> {
  const { table } = view;
  const may = new Set(allowed.columns.map((place) => columnAt(table, place).name));
  const own = explained(() =>
    request.filter === undefined
      ? EVERYTHING
      : bindFilter(request.filter, table, {
          ...view.filterLimits,
          columns: both(view.filterable, may),
        }),
  );
  const filter: BoundFilter = { op: "and", of: [allowed.filter, own] };
  const order = orderOf(view, may, request);
  const size = sizeOf(view, request);
  const columns = columnsOf(view, allowed, request);
  const anchor = await anchorOf(view, filter, order, request, snapshots);
  return shapeOf({ view, filter, order, anchor, size, columns });
}

const EVERYTHING: BoundFilter = { op: "and", of: [] };

/** A page with what follows from it. */
export function shapeOf(spec: PageSpec): PageShape {
  const { view, filter, order, anchor, size, columns } = spec;
  const key = JSON.stringify([
    view.name,
    canonical(filter, view.table),
    order.map((each) => [each.column, each.descending, each.nullsFirst]),
    anchor,
    size.before,
    size.after,
    columns,
  ]);
  return { ...spec, key, identity: rowIdentity(view.table, columns) };
}

function both(some: ReadonlySet<string>, others: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...some].filter((each) => others.has(each)));
}

function orderOf(view: BoundView, may: ReadonlySet<string>, { order }: PageRequest): BoundOrder {
  if (order === undefined) {
    // An order by what the user may not see would tell of it.
    const isSeen = view.order.every(({ column }) => may.has(columnAt(view.table, column).name));
    return isSeen ? view.order : bindOrder([], view.table);
  }
  const columns = both(view.orderable, may);
  return explained(() => bindOrder(order, view.table, { ...ORDER_LIMITS, columns }));
}

/** How many rows a request asks for. @throws {PageError} too_many_rows */
export function sizeOf({ limits }: BoundView, { at, before, after }: PageRequest): WindowSize {
  const half = Math.ceil(limits.rows / 2);
  const size =
    at === "start"
      ? { before: 0, after: after ?? limits.rows }
      : at === "end"
        ? { before: before ?? limits.rows, after: 0 }
        : { before: before ?? half, after: after ?? half };
  if (size.before + size.after <= limits.maxRows) return size;
  throw new PageError("too_many_rows", `A page of this view may have ${limits.maxRows} rows.`);
}

function columnsOf(
  { table }: BoundView,
  allowed: Allowed,
  { columns }: PageRequest,
): readonly number[] {
  if (columns === null) return allowed.columns;
  const places = allowed.columns.filter((place) => {
    const isKey = table.key.includes(place);
    return isKey || columns.includes(columnAt(table, place).name);
  });
  const names = new Set(places.map((place) => columnAt(table, place).name));
  if (columns.every((name) => names.has(name))) return places;
  throw new PageError("invalid_page", "columns names one that there is not.");
}

async function anchorOf(
  view: BoundView,
  filter: BoundFilter,
  order: BoundOrder,
  { at }: PageRequest,
  snapshots: SnapshotQueue,
): Promise<Anchor> {
  if (typeof at === "string") return at;
  if ("fixed" in at) return at.fixed;
  const { table } = view;
  if ("position" in at) {
    const columns = order.map(({ column }) => column);
    return texts(table, columns, at.position, "nullable");
  }
  const key = texts(table, table.key, at.key, "never null") as readonly string[];
  const { sql, parameters } = rowQuery({ table, filter, ...view.from }, key);
  const [row] = await snapshots.read((snapshot) => snapshot.query(sql, parameters), view.name);
  if (row !== undefined) return positionOf(row, order);
  throw new PageError("row_not_found", "No row of the page has this key.");
}

/** The texts of values that a client gave for these columns. */
function texts(
  table: Table,
  columns: readonly number[],
  values: readonly unknown[],
  nulls: "nullable" | "never null",
): readonly (string | null)[] {
  if (values.length !== columns.length) {
    throw new PageError("invalid_page", `at has ${columns.length} values for this page.`);
  }
  let total = 0;
  return values.map((value, index) => {
    if (value === null && nulls === "nullable") return null;
    // It is kept as long as the page.
    if (typeof value === "string") total += value.length;
    if (total > FILTER_LIMITS.total) {
      throw new PageError("invalid_page", `at may have ${FILTER_LIMITS.total} UTF-16 code units.`);
    }
    const { type, name } = columnAt(table, columns[index] as number);
    try {
      return type.fromJson(value);
    } catch (error) {
      if (!(error instanceof HasteError)) throw error;
      throw new PageError("invalid_page", `at, ${name}: ${error.message}`, { cause: error });
    }
  });
}

/** What is wrong with a filter or an order, as a client is told. */
function explained<Result>(bind: () => Result): Result {
  try {
    return bind();
  } catch (error) {
    if (error instanceof InvalidFilterError) {
      throw new PageError("invalid_filter", error.message, { cause: error });
    }
    if (error instanceof InvalidOrderError) {
      throw new PageError("invalid_order", error.message, { cause: error });
    }
    throw error;
  }
}
