// Random pages: what is asked of Haste, and beside it the SQL that says the same.
import type { Filter } from "../filter/filter.ts";
import type { OrderColumn } from "../order/order.ts";
import type { Dice } from "./dice.ts";
import type { RandomColumn, RandomTable } from "./schema.ts";

export interface PagePlan {
  readonly filter: Filter;
  /** The same filter. */
  readonly where: string;
  readonly order: readonly OrderColumn[];
  /** The same order, the key's columns at its end. */
  readonly terms: readonly OrderTerm[];
}

export interface OrderTerm {
  readonly column: RandomColumn;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

export function randomPage(dice: Dice, table: RandomTable): PagePlan {
  const { filter, sql } = dice.chance(0.3) ? everything : randomFilter(dice, table, 2);
  const columns = dice.some(table.columns, 0.35).slice(0, 3);
  const order = columns.map(({ name }): OrderColumn => {
    const direction = dice.pick(["asc", "desc"] as const);
    return dice.chance(0.5)
      ? { column: name, direction, nulls: dice.pick(["first", "last"] as const) }
      : { column: name, direction };
  });
  const terms = order.map(({ column, direction, nulls }): OrderTerm => {
    const descending = direction === "desc";
    return {
      column: table.columns.find(({ name }) => name === column) as RandomColumn,
      descending,
      nullsFirst: nulls === undefined ? descending : nulls === "first",
    };
  });
  for (const name of table.key) {
    if (order.some(({ column }) => column === name)) continue;
    const column = table.columns.find((each) => each.name === name) as RandomColumn;
    terms.push({ column, descending: false, nullsFirst: false });
  }
  return { filter, where: sql, order, terms };
}

interface Both {
  readonly filter: Filter;
  readonly sql: string;
}

const everything: Both = { filter: ["and"], sql: "TRUE" };

function randomFilter(dice: Dice, table: RandomTable, depth: number): Both {
  const choice = dice.below(depth > 0 ? 10 : 7);
  const column = dice.pick(table.columns);
  const { name } = column;
  const isText = column.type === "text";
  const compared = isText ? `${name} COLLATE "C"` : name;
  const value = column.json(dice);
  switch (choice) {
    case 0:
    case 1:
      return { filter: ["eq", name, value], sql: `${name} = ${literal(column, value)}` };
    case 2:
      return column.type === "boolean"
        ? { filter: ["ne", name, value], sql: `${name} <> ${literal(column, value)}` }
        : { filter: ["gte", name, value], sql: `${compared} >= ${literal(column, value)}` };
    case 3:
      return { filter: ["lt", name, value], sql: `${compared} < ${literal(column, value)}` };
    case 4:
      return { filter: ["isNotNull", name], sql: `${name} IS NOT NULL` };
    case 5: {
      const values = [value, column.json(dice)];
      const list = values.map((each) => literal(column, each)).join(", ");
      return { filter: ["in", name, values], sql: `${name} IN (${list})` };
    }
    case 6:
      return isText
        ? {
            filter: ["prefix", name, String(value)],
            sql: `starts_with(${name}, ${literal(column, value)})`,
          }
        : { filter: ["ne", name, value], sql: `${name} <> ${literal(column, value)}` };
    case 7: {
      const { filter, sql } = randomFilter(dice, table, depth - 1);
      return { filter: ["not", filter], sql: `NOT (${sql})` };
    }
    default: {
      const parts = [randomFilter(dice, table, depth - 1), randomFilter(dice, table, depth - 1)];
      const op = choice === 8 ? "and" : "or";
      return {
        filter: [op, ...parts.map(({ filter }) => filter)],
        sql: `(${parts.map(({ sql }) => sql).join(op === "and" ? " AND " : " OR ")})`,
      };
    }
  }
}

function literal({ type }: RandomColumn, value: string | number | boolean): string {
  return `'${String(value).replaceAll("'", "''")}'::${type}`;
}

const ordered = ({ name, type }: RandomColumn): string =>
  type === "text" ? `${name} COLLATE "C"` : name;

/** ORDER BY, as it stands in the books. */
export function orderBy(terms: readonly OrderTerm[]): string {
  return terms
    .map(
      ({ column, descending, nullsFirst }) =>
        `${ordered(column)} ${descending ? "DESC" : "ASC"} NULLS ${nullsFirst ? "FIRST" : "LAST"}`,
    )
    .join(", ");
}

/** Whether a row stands before a position, whose values are as clients get them. */
export function standsBefore(terms: readonly OrderTerm[], position: readonly unknown[]): string {
  const [term, ...rest] = terms;
  // What stands behind the whole key in an order is no part of a position.
  if (term === undefined || position.length === 0) return "FALSE";
  const { column, descending, nullsFirst } = term;
  const value = position[0];
  const further = standsBefore(rest, position.slice(1));
  if (value === null) {
    const before = nullsFirst ? "FALSE" : `${column.name} IS NOT NULL`;
    return `(${before} OR (${column.name} IS NULL AND ${further}))`;
  }
  const given = literal(column, value as string);
  const less = `${ordered(column)} ${descending ? ">" : "<"} ${given}`;
  const nulls = nullsFirst ? `${column.name} IS NULL OR ` : "";
  return `(${nulls}coalesce(${less}, FALSE) OR (coalesce(${column.name} = ${given}, FALSE) AND ${further}))`;
}
