// Random pages: what a client asks for.
import type { Dice } from "./dice.ts";
import type { Coverage } from "./coverage.ts";
import {
  EVERYTHING,
  randomFilter,
  randomOrder,
  type FilterPlan,
  type OrderPlan,
} from "./filters.ts";
import { literalOf } from "./column-kinds.ts";
import type { RandomColumn, Relation } from "./schema.ts";

export interface PagePlan extends FilterPlan, OrderPlan {
  readonly relation: Relation;
  /** Names of those that it asks for; null for all that it may see. */
  readonly columns: readonly string[] | null;
}

export function columnsOf(relation: Relation, names: readonly string[]): RandomColumn[] {
  return names.map((name) => relation.columns.find((each) => each.name === name) as RandomColumn);
}

/** @param may - names of the columns that the user is thought to be allowed */
export function randomPage(
  dice: Dice,
  relation: Relation,
  may: readonly string[],
  coverage: Coverage,
): PagePlan {
  const columns = columnsOf(relation, may);
  const filter = dice.chance(0.3) ? EVERYTHING : randomFilter(dice, columns, 2);
  const order = randomOrder(dice, columns, columnsOf(relation, relation.key));
  for (const { column, descending, nullsFirst } of order.terms.slice(0, order.order.length)) {
    coverage.count(nullsFirst ? "order nulls first" : "order nulls last");
    if (descending) coverage.count("order descending");
    if (column.use === "text") coverage.count("order by text");
  }
  return { ...filter, ...order, relation, columns: dice.chance(0.2) ? dice.some(may, 0.5) : null };
}

/** The page of one row. */
export function singleRow(dice: Dice, relation: Relation): PagePlan {
  const key = columnsOf(relation, relation.key);
  const parts = key.map((column) => {
    const value = column.json(dice);
    return {
      filter: ["eq", column.name, value] as const,
      where: `${column.name} = ${literalOf(column, value)}`,
    };
  });
  return {
    relation,
    filter: ["and", ...parts.map(({ filter }) => filter)],
    where: parts.map(({ where }) => where).join(" AND "),
    order: [],
    terms: key.map((column) => ({ column, descending: false, nullsFirst: false })),
    columns: null,
  };
}
