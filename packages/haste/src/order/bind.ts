// From JSON that anybody may have sent to an order in which no two rows tie.
import { placeOf } from "../columns.ts";
import { InvalidOrderError, kindOf } from "../errors.ts";
import { columnAt } from "../sql/names.ts";
import type { Table } from "../table.ts";
import type { BoundOrder } from "./order.ts";

/** Bounds of an order that came from outside. */
export interface OrderLimits {
  /** How many columns it may name. */
  readonly length: number;
  /** The columns that may be named; all by default. Another is told like one that does not exist. */
  readonly columns?: ReadonlySet<string>;
}

export const ORDER_LIMITS: OrderLimits = { length: 8 };

/**
 * Checks an order against a table, and adds the key's columns that it lacks. Equal orders come out
 * equal: what stands behind the whole key is left out, and nulls go first or last in PostgreSQL's way
 * where a column has none.
 *
 * @param order anything; see {@link Order} for what it should be.
 * @param path what errors call it.
 * @throws InvalidOrderError says where in the order, and what there may be instead.
 */
export function bindOrder(
  order: unknown,
  table: Table,
  limits: OrderLimits = ORDER_LIMITS,
  path = "orderBy",
): BoundOrder {
  if (!Array.isArray(order)) {
    const problem = `an order is an array such as [{"column": "gate"}], and not ${kindOf(order)}.`;
    throw new InvalidOrderError(path, problem);
  }
  if (order.length > limits.length) {
    throw new InvalidOrderError(path, `an order may have ${limits.length} columns, and no more.`);
  }
  const parts: readonly unknown[] = order;
  const bound = parts.map((part, at) => bindColumn(part, table, limits, `${path}[${at}]`));
  for (const [at, { column }] of bound.entries()) {
    if (bound.findIndex((other) => other.column === column) === at) continue;
    throw new InvalidOrderError(`${path}[${at}].column`, "this column is in the order already.");
  }
  return withKey(bound, table);
}

type BoundColumn = BoundOrder[number];

function bindColumn(part: unknown, table: Table, limits: OrderLimits, path: string): BoundColumn {
  if (typeof part !== "object" || part === null || Array.isArray(part)) {
    throw new InvalidOrderError(
      path,
      `an object with a column belongs here, and not ${kindOf(part)}.`,
    );
  }
  const named: ReadonlyMap<string, unknown> = new Map(Object.entries(part));
  const column = placeOf(table, named.get("column"), limits.columns);
  if (column === undefined) {
    throw new InvalidOrderError(`${path}.column`, "there is no such column to order by.");
  }
  const { type, nullable } = columnAt(table, column);
  if (type.filters !== "order" && type.filters !== "text") {
    throw new InvalidOrderError(`${path}.column`, `${type.name} has no order.`);
  }
  const descending = choice(named.get("direction"), "desc", "asc", `${path}.direction`) ?? false;
  const nullsFirst = choice(named.get("nulls"), "first", "last", `${path}.nulls`) ?? descending;
  return { column, descending, nullsFirst: nullable ? nullsFirst : descending };
}

function choice(value: unknown, yes: string, no: string, path: string): boolean | undefined {
  if (value === undefined) return undefined;
  if (value === yes || value === no) return value === yes;
  throw new InvalidOrderError(path, `"${no}" or "${yes}" belongs here, and not ${kindOf(value)}.`);
}

function withKey(order: readonly BoundColumn[], table: Table): BoundOrder {
  const left = new Set(table.key);
  const result: BoundColumn[] = [];
  for (const part of order) {
    if (left.size === 0) return result;
    left.delete(part.column);
    result.push(part);
  }
  for (const column of left) result.push({ column, descending: false, nullsFirst: false });
  return result;
}
