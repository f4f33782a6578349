// Which conditions of a filter lead to it: one for each of its branches, so that a row that the
// filter lets through always meets at least one of them.
import type { BoundFilter } from "../filter/filter.ts";

/** A condition that an index can look up. */
export type Atom =
  | {
      readonly kind: "values";
      readonly column: number;
      readonly values: readonly (string | null)[];
    }
  | { readonly kind: "range"; readonly column: number; readonly range: Range };

/**
 * Texts of the column's type, both ends included; an end that is missing is open to all. It may hold
 * a little more than the condition does, never less.
 */
export interface Range {
  readonly low?: string;
  readonly high?: string;
}

/** A filter's atoms, or `all` where no condition narrows it: it has to be asked of every change. */
export type Route = "all" | readonly Atom[];

/**
 * The route to a filter.
 *
 * @param weigh - how many others are expected at an atom; of the conditions of an `and`, the one
 *   that leads to the fewest is taken
 */
export function routeTo(filter: BoundFilter, weigh: (atom: Atom) => number): Route {
  switch (filter.op) {
    case "and":
      return lightest(
        [...filter.of.filter((part) => rangeOf(part) === undefined), ...joined(filter.of)].map(
          (part) => ("kind" in part ? [part] : routeTo(part, weigh)),
        ),
        weigh,
      );
    case "or": {
      const atoms: Atom[] = [];
      for (const part of filter.of) {
        const route = routeTo(part, weigh);
        if (route === "all") return "all";
        atoms.push(...route);
      }
      return atoms;
    }
    case "eq":
      return [{ kind: "values", column: filter.column, values: [filter.value] }];
    case "in":
      return [{ kind: "values", column: filter.column, values: filter.values }];
    case "isNull":
      return [{ kind: "values", column: filter.column, values: [null] }];
    case "lt":
    case "lte":
    case "gt":
    case "gte":
    case "prefix": {
      const range = rangeOf(filter);
      return range === undefined ? "all" : [range];
    }
    case "not":
      return negated(filter.of, weigh);
    case "ne":
    case "contains":
      return "all";
  }
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
      return "all";
  }
}

function lightest(routes: readonly Route[], weigh: (atom: Atom) => number): Route {
  let best: Route = "all";
  let least = Infinity;
  for (const route of routes) {
    if (route === "all") continue;
    const weight = route.reduce((sum, atom) => sum + weigh(atom), 0);
    if (weight >= least) continue;
    best = route;
    least = weight;
  }
  return best;
}

/** The ranges among the parts of an `and`, those of one column made one. */
function joined(parts: readonly BoundFilter[]): Atom[] {
  const ranges = new Map<number, Range>();
  for (const part of parts) {
    const atom = rangeOf(part);
    if (atom === undefined) continue;
    const known = ranges.get(atom.column) ?? {};
    // Of two ends on the same side the first is kept: the other makes it narrower, not wrong.
    ranges.set(atom.column, { ...atom.range, ...known });
  }
  return [...ranges].map(([column, range]) => ({ kind: "range", column, range }));
}

function rangeOf(filter: BoundFilter): (Atom & { kind: "range" }) | undefined {
  switch (filter.op) {
    case "lt":
    case "lte":
      return { kind: "range", column: filter.column, range: { high: filter.value } };
    case "gt":
    case "gte":
      return { kind: "range", column: filter.column, range: { low: filter.value } };
    case "prefix": {
      const high = afterPrefix(filter.value);
      const range = { low: filter.value, ...(high === undefined ? {} : { high }) };
      return { kind: "range", column: filter.column, range };
    }
    default:
      return undefined;
  }
}

/** The least text, by code points, that is greater than all that start with the prefix. */
function afterPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix);
  while (points.length > 0) {
    const last = (points.pop() as string).codePointAt(0) as number;
    if (last === 0x10_ff_ff) continue;
    // What follows U+D7FF is U+E000: the surrogates between them are no characters.
    return points.join("") + String.fromCodePoint(last === 0xd7_ff ? 0xe0_00 : last + 1);
  }
  return undefined;
}
