// An order as SQL: ORDER BY, and the conditions that say where in the order to begin.
import { columnAt, orderedSql } from "../sql/names.ts";
import type { Parameters } from "../sql/parameters.ts";
import type { Table } from "../table.ts";
import type { BoundOrder, Position } from "./order.ts";

/** The same order from its end: directions and places of nulls the other way round. */
export function reversed(order: BoundOrder): BoundOrder {
  return order.map(({ column, descending, nullsFirst }) => ({
    column,
    descending: !descending,
    nullsFirst: !nullsFirst,
  }));
}

/** What stands behind ORDER BY. */
export function orderSql(order: BoundOrder, table: Table): string {
  return order
    .map(({ column, descending, nullsFirst }) => {
      const direction = descending ? " DESC" : "";
      // PostgreSQL's own way goes without saying, and an index made without saying fits.
      const nulls = nullsFirst === descending ? "" : ` NULLS ${nullsFirst ? "FIRST" : "LAST"}`;
      return `${orderedSql(columnAt(table, column))}${direction}${nulls}`;
    })
    .join(", ");
}

/** Which rows of an order, seen from a position. */
export type Side = "atOrAfter" | "after" | "before";

/**
 * The rows on one side of a position, as conditions of which each row meets exactly one, nearest
 * first: `a = 1 AND b = 2 AND c > 3`, then `a = 1 AND b > 2`, then `a > 1`. Each is one range of an
 * index on the order's columns. Columns of one direction that have no nulls are compared as a row,
 * `(a, b, c) > (1, 2, 3)`, which is one range already.
 *
 * None at all when no row can stand on that side.
 */
export function keysetSql(
  order: BoundOrder,
  position: Position,
  side: Side,
  table: Table,
): readonly ((parameters: Parameters) => string)[] {
  const segments = segmentsOf(side === "before" ? reversed(order) : order, position, table);
  const branches: Condition[][] = [];
  for (const [at, segment] of [...segments.entries()].toReversed()) {
    const same = segments.slice(0, at).map((before) => before.same);
    const last = at === segments.length - 1;
    const own = last && side === "atOrAfter" ? segment.atOrAfter : segment.after;
    for (const condition of own) branches.push([...same, condition]);
  }
  return branches.map(
    (conditions) => (parameters) =>
      conditions.map((condition) => condition(parameters)).join(" AND "),
  );
}

type Condition = (parameters: Parameters) => string;

/** Columns that are compared at once. */
interface Segment {
  readonly same: Condition;
  /** Conditions of which a row behind the position meets exactly one, nearest first. */
  readonly after: readonly Condition[];
  readonly atOrAfter: readonly Condition[];
}

interface Part {
  readonly name: string;
  readonly type: string;
  readonly value: string | null;
  readonly nullable: boolean;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

function segmentsOf(order: BoundOrder, position: Position, table: Table): readonly Segment[] {
  const runs: Part[][] = [];
  for (const [at, { column: place, descending, nullsFirst }] of order.entries()) {
    const column = columnAt(table, place);
    const part: Part = {
      name: orderedSql(column),
      type: column.type.sql,
      value: position[at] ?? null,
      nullable: column.nullable,
      descending,
      nullsFirst,
    };
    const run = runs.at(-1);
    if (run !== undefined && run.every((other) => together(other, part))) run.push(part);
    else runs.push([part]);
  }
  return runs.map((run) => {
    const [only] = run;
    return run.length === 1 && only !== undefined ? segmentOf(only) : segmentOfRow(run);
  });
}

function together(a: Part, b: Part): boolean {
  return !a.nullable && !b.nullable && a.descending === b.descending;
}

function segmentOfRow(run: readonly Part[]): Segment {
  const names = `(${run.map(({ name }) => name).join(", ")})`;
  const compared =
    (operator: string): Condition =>
    (parameters) => {
      const values = run.map(({ value, type }) => parameters.add(value, type));
      return `${names} ${operator} (${values.join(", ")})`;
    };
  const sign = run[0]?.descending === true ? "<" : ">";
  return { same: compared("="), after: [compared(sign)], atOrAfter: [compared(`${sign}=`)] };
}

function segmentOf({ name, type, value, nullable, descending, nullsFirst }: Part): Segment {
  const isNull: Condition = () => `${name} IS NULL`;
  if (value === null) {
    const isNotNull: Condition = () => `${name} IS NOT NULL`;
    // Behind the nulls there is what is not null, or nothing.
    const after = nullsFirst ? [isNotNull] : [];
    return { same: isNull, after, atOrAfter: [isNull, ...after] };
  }
  const compared =
    (operator: string): Condition =>
    (parameters) =>
      `${name} ${operator} ${parameters.add(value, type)}`;
  const sign = descending ? "<" : ">";
  const nulls = nullable && !nullsFirst ? [isNull] : [];
  return {
    same: compared("="),
    after: [compared(sign), ...nulls],
    atOrAfter: [compared(`${sign}=`), ...nulls],
  };
}
