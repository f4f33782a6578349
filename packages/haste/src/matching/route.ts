// Which conditions of a filter lead to it: one for each of its branches, so that a row that the
// filter lets through always meets at least one of them.
import type { BoundFilter } from "../filter/filter.ts";
import { joinedRanges, rangeOf, type Range } from "./ranges.ts";

/** A condition that an index can look up: one of the filter itself, or a range of some of them. */
export type Atom = Extract<BoundFilter, { op: "eq" | "in" | "isNull" }> | Range;

/** How a row is led to a filter. */
export interface Route {
  /** A row that meets none of them does not meet the filter; `all` where no condition narrows it. */
  readonly atoms: "all" | readonly Atom[];
  /** A row that meets an atom, and all of these, meets the filter. */
  readonly rest: readonly BoundFilter[];
}

/**
 * The route to a filter.
 *
 * @param weigh - how many others are expected at an atom; of the conditions of an `and`, the one
 *   that leads to the fewest is taken
 */
export function routeTo(filter: BoundFilter, weigh: (atom: Atom) => number): Route {
  switch (filter.op) {
    case "and":
      return lightest(conjuncts(filter), weigh);
    case "or": {
      const routes = filter.of.map((part) => routeTo(part, weigh));
      const atoms: Atom[] = [];
      for (const route of routes) {
        if (route.atoms === "all") return nowhere(filter);
        atoms.push(...route.atoms);
      }
      return { atoms, rest: routes.every(({ rest }) => rest.length === 0) ? [] : [filter] };
    }
    case "eq":
    case "in":
    case "isNull":
      return straight(filter);
    case "lt":
    case "lte":
    case "gt":
    case "gte":
    case "prefix":
      return lightest([filter], weigh);
    case "not":
      return negated(filter.of, weigh);
    case "ne":
    case "contains":
      return nowhere(filter);
  }
}

function straight(atom: Atom): Route {
  return { atoms: [atom], rest: [] };
}

function nowhere(filter: BoundFilter): Route {
  return { atoms: "all", rest: [filter] };
}

/** What lets through whatever `not filter` does; true of unknown is unknown, so that nothing is lost. */
function negated(filter: BoundFilter, weigh: (atom: Atom) => number): Route {
  switch (filter.op) {
    case "not":
      return routeTo(filter.of, weigh);
    case "and":
    case "or":
      return routeTo(
        {
          op: filter.op === "and" ? "or" : "and",
          of: filter.of.map((of): BoundFilter => ({ op: "not", of })),
        },
        weigh,
      );
    case "lt":
      return routeTo({ ...filter, op: "gte" }, weigh);
    case "lte":
      return routeTo({ ...filter, op: "gt" }, weigh);
    case "gt":
      return routeTo({ ...filter, op: "lte" }, weigh);
    case "gte":
      return routeTo({ ...filter, op: "lt" }, weigh);
    case "ne":
      return routeTo({ ...filter, op: "eq" }, weigh);
    case "eq":
    case "in":
    case "isNull":
    case "prefix":
    case "contains":
      return nowhere({ op: "not", of: filter });
  }
}

/** The conditions of which each has to be met. */
function conjuncts(filter: BoundFilter): readonly BoundFilter[] {
  return filter.op === "and" ? filter.of.flatMap(conjuncts) : [filter];
}

function lightest(parts: readonly BoundFilter[], weigh: (atom: Atom) => number): Route {
  let best: Route = { atoms: "all", rest: parts };
  let least = Infinity;
  const consider = ({ atoms, rest }: Route, said: readonly BoundFilter[]): void => {
    if (atoms === "all") return;
    const weight = atoms.reduce((sum, atom) => sum + weigh(atom), 0);
    if (weight >= least) return;
    best = { atoms, rest: [...rest, ...parts.filter((part) => !said.includes(part))] };
    least = weight;
  };
  for (const part of parts) {
    if (rangeOf(part) === undefined) consider(routeTo(part, weigh), [part]);
  }
  for (const { range, said } of joinedRanges(parts)) consider(straight(range), said);
  return best;
}
