// A filter as SQL: its values are parameters, its columns quoted names.
import { columnAt, equalitySql, orderedSql, quoteIdentifier } from "../sql/names.ts";
import type { Parameters } from "../sql/parameters.ts";
import type { Column, Table } from "../table.ts";
import type { BoundFilter } from "./filter.ts";
import { foldedPattern } from "./fold.ts";

/** The filter as a condition, in parentheses where it needs them; adds to the parameters. */
export function filterSql(filter: BoundFilter, table: Table, parameters: Parameters): string {
  switch (filter.op) {
    case "and":
    case "or": {
      const parts = filter.of.map((part) => filterSql(part, table, parameters));
      if (parts.length === 0) return filter.op === "and" ? "TRUE" : "FALSE";
      return parts.length === 1
        ? parts.join("")
        : `(${parts.join(` ${filter.op.toUpperCase()} `)})`;
    }
    case "not":
      return filter.of.op === "isNull"
        ? `${nameOf(filter.of.column, table)} IS NOT NULL`
        : `NOT (${filterSql(filter.of, table, parameters)})`;
    case "isNull":
      return `${nameOf(filter.column, table)} IS NULL`;
    default:
      return condition(filter, columnAt(table, filter.column), parameters);
  }
}

type Condition = Exclude<Extract<BoundFilter, { column: number }>, { op: "isNull" }>;

const OPERATORS = { eq: "=", ne: "<>", lt: "<", lte: "<=", gt: ">", gte: ">=" } as const;

function condition(filter: Condition, column: Column, parameters: Parameters): string {
  const { sql } = column.type;
  switch (filter.op) {
    case "eq":
    case "ne":
      return `${equalitySql(column)} ${OPERATORS[filter.op]} ${parameters.add(filter.value, sql)}`;
    case "lt":
    case "lte":
    case "gt":
    case "gte":
      return `${orderedSql(column)} ${OPERATORS[filter.op]} ${parameters.add(filter.value, sql)}`;
    case "in":
      return `${equalitySql(column)} = ANY (${parameters.addList(filter.values, sql)})`;
    case "prefix": {
      const pattern = filter.value.replaceAll(/[\\%_]/g, String.raw`\$&`);
      return `${textSql(column)} LIKE ${parameters.add(`${pattern}%`, "text")}`;
    }
    case "contains":
      return `${textSql(column)} ~ ${parameters.add(foldedPattern(filter.value), "text")}`;
  }
}

/** Text by bytes; the cast takes the blanks off `character(n)`. */
function textSql({ name, type }: Column): string {
  const text = type.sql === "text" ? quoteIdentifier(name) : `${quoteIdentifier(name)}::text`;
  return `${text} COLLATE "C"`;
}

function nameOf(place: number, table: Table): string {
  return quoteIdentifier(columnAt(table, place).name);
}
