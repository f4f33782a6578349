// What conditions say of one column, in numbers: most rows are let through, or not, by comparing two
// of them, with no filter being asked.
import type { BoundFilter } from "../filter/filter.ts";
import { columnAt } from "../sql/names.ts";
import type { Table } from "../table.ts";

/**
 * A row whose rank in the column is below `low` or above `high` does not meet the conditions. One
 * that is between them meets those on the column; at the ends it may, or may not.
 */
export interface Bounds {
  readonly column: number;
  readonly low: number;
  readonly high: number;
  /** Whether there are no conditions but those on the column. */
  readonly isAll: boolean;
}

/** The bounds that conditions, all of which have to be met, set to the first column that they bound. */
export function boundsOf(conditions: readonly BoundFilter[], table: Table): Bounds | undefined {
  let bounds: Bounds | undefined;
  let bounding = 0;
  for (const condition of conditions) {
    const next = boundsOfOne(condition, table);
    if (next === undefined || (bounds !== undefined && bounds.column !== next.column)) continue;
    bounding += 1;
    bounds = {
      ...next,
      low: Math.max(next.low, bounds?.low ?? -Infinity),
      high: Math.min(next.high, bounds?.high ?? Infinity),
    };
  }
  return bounds && { ...bounds, isAll: bounding === conditions.length };
}

function boundsOfOne(condition: BoundFilter, table: Table): Bounds | undefined {
  switch (condition.op) {
    case "eq":
    case "lt":
    case "lte":
    case "gt":
    case "gte": {
      const { column, op, value } = condition;
      const rank = columnAt(table, column).type.rank(value);
      return {
        column,
        low: op === "lt" || op === "lte" ? -Infinity : rank,
        high: op === "gt" || op === "gte" ? Infinity : rank,
        isAll: true,
      };
    }
    default:
      return undefined;
  }
}
