// Random filters and orders: as Haste takes them, and beside that the SQL that says the same.
import type { Filter, FilterValue } from "../filter/filter.ts";
import type { OrderColumn } from "../order/order.ts";
import { compared, literalOf, quote } from "./column-kinds.ts";
import type { Dice } from "./dice.ts";
import type { RandomColumn } from "./schema.ts";

export interface FilterPlan {
  readonly filter: Filter;
  readonly where: string;
}

export const EVERYTHING: FilterPlan = { filter: ["and"], where: "TRUE" };

export function randomFilter(
  dice: Dice,
  columns: readonly RandomColumn[],
  depth: number,
): FilterPlan {
  const choice = dice.below(depth > 0 ? 11 : 8);
  if (choice > 7) return combined(dice, columns, depth, choice);
  const column = dice.pick(columns);
  const { name, use } = column;
  if (choice === 7 || use === "show") {
    return dice.chance(0.5)
      ? { filter: ["isNotNull", name], where: `${name} IS NOT NULL` }
      : { filter: ["isNull", name], where: `${name} IS NULL` };
  }
  const value = column.json(dice);
  if (choice === 6 && use === "text") {
    const where = `starts_with(${name}::text, ${quote(String(value))})`;
    return { filter: ["prefix", name, String(value)], where };
  }
  return comparison(dice, column, choice, value);
}

function combined(
  dice: Dice,
  columns: readonly RandomColumn[],
  depth: number,
  choice: number,
): FilterPlan {
  const part = (): FilterPlan => randomFilter(dice, columns, depth - 1);
  if (choice === 8) {
    const { filter, where } = part();
    return { filter: ["not", filter], where: `NOT (${where})` };
  }
  const parts = [part(), part()];
  const op = choice === 9 ? "and" : "or";
  return {
    filter: [op, ...parts.map(({ filter }) => filter)],
    where: `(${parts.map(({ where }) => where).join(op === "and" ? " AND " : " OR ")})`,
  };
}

const OPERATORS = [
  ["eq", "="],
  ["eq", "="],
  ["ne", "<>"],
  ["lt", "<"],
  ["lte", "<="],
  ["gt", ">"],
  ["gte", ">="],
] as const;

function comparison(
  dice: Dice,
  column: RandomColumn,
  choice: number,
  value: FilterValue,
): FilterPlan {
  const { name } = column;
  const left = compared(column, name);
  if (choice === 0) {
    const values = [value, column.json(dice)];
    const list = values.map((each) => literalOf(column, each)).join(", ");
    return { filter: ["in", name, values], where: `${name} IN (${list})` };
  }
  if (choice === 1) {
    const end = column.json(dice);
    const where = `${left} BETWEEN ${literalOf(column, value)} AND ${literalOf(column, end)}`;
    return { filter: ["between", name, value, end], where };
  }
  const [op, sign] = dice.pick(OPERATORS);
  return { filter: [op, name, value], where: `${left} ${sign} ${literalOf(column, value)}` };
}

export interface OrderTerm {
  readonly column: RandomColumn;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

export interface OrderPlan {
  readonly order: readonly OrderColumn[];
  /** The same order, the key's columns at its end. */
  readonly terms: readonly OrderTerm[];
}

/** @param columns that may be ordered by */
export function randomOrder(
  dice: Dice,
  columns: readonly RandomColumn[],
  key: readonly RandomColumn[],
): OrderPlan {
  const able = columns.filter(({ use }) => use !== "show");
  const chosen = dice.some(able, 0.35).slice(0, 3);
  const terms = chosen.map((column): OrderTerm => {
    const descending = dice.chance(0.5);
    return { column, descending, nullsFirst: dice.chance(0.5) };
  });
  const order = terms.map(({ column, descending, nullsFirst }): OrderColumn => {
    const given = { column: column.name, direction: descending ? "desc" : "asc" } as const;
    // PostgreSQL's own way is taken where nothing is said.
    return nullsFirst === descending ? given : { ...given, nulls: nullsFirst ? "first" : "last" };
  });
  for (const column of key) {
    if (chosen.some(({ name }) => name === column.name)) continue;
    terms.push({ column, descending: false, nullsFirst: false });
  }
  return { order, terms };
}

/** ORDER BY, as it stands in the books. */
export function orderBy(terms: readonly OrderTerm[]): string {
  return terms
    .map(
      ({ column, descending, nullsFirst }) =>
        `${compared(column, column.name)} ${descending ? "DESC" : "ASC"} NULLS ${nullsFirst ? "FIRST" : "LAST"}`,
    )
    .join(", ");
}

/** Whether a row stands before a position, whose values are as clients get them. */
export function standsBefore(terms: readonly OrderTerm[], position: readonly unknown[]): string {
  const [term, ...rest] = terms;
  // What stands behind the whole key in an order is no part of a position.
  if (term === undefined || position.length === 0) return "FALSE";
  const { column, descending, nullsFirst } = term;
  const { name } = column;
  const value = position[0];
  const further = standsBefore(rest, position.slice(1));
  if (value === null) {
    const before = nullsFirst ? "FALSE" : `${name} IS NOT NULL`;
    return `(${before} OR (${name} IS NULL AND ${further}))`;
  }
  const given = literalOf(column, value);
  const less = `${compared(column, name)} ${descending ? ">" : "<"} ${given}`;
  const nulls = nullsFirst ? `${name} IS NULL OR ` : "";
  return `(${nulls}coalesce(${less}, FALSE) OR (coalesce(${name} = ${given}, FALSE) AND ${further}))`;
}
