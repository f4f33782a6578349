// What a policy has decided for a user, checked against the view.
import { bindFilter } from "../../filter/bind.ts";
import { canonical } from "../../filter/canonical.ts";
import type { BoundFilter } from "../../filter/filter.ts";
import type { FilterLimits } from "../../filter/limits.ts";
import { columnAt } from "../../sql/names.ts";
import { ViewError } from "../errors.ts";
import type { BoundView } from "./bound-view.ts";
import { decided } from "./policy.ts";

export interface Allowed {
  readonly filter: BoundFilter;
  /** The places of the columns that may be seen. */
  readonly columns: readonly number[];
  /** The same for equal decisions. */
  readonly key: string;
}

/** An author may be longer than a client, but not without end. */
const LIMITS: FilterLimits = {
  depth: 20,
  conditions: 1_000,
  values: 10_000,
  text: 10_000,
  total: 2 ** 20,
};

/**
 * Asks a view's policy. Null: nothing may be seen.
 *
 * @param timeout - how long it may take, ms
 * @throws What the policy throws, and errors about what it says, or that it says nothing: then nothing
 *   is shown.
 */
export async function allowedBy(
  view: BoundView,
  user: unknown,
  timeout: number,
): Promise<Allowed | null> {
  const said = decided(await inTime(view, view.policy.decide(user as never), timeout));
  if (said === null) return null;
  const { table } = view;
  const filter = bindFilter(said.rows, table, LIMITS, `the policy of ${view.name}`);
  const columns = columnsOf(view, said.columns);
  return { filter, columns, key: JSON.stringify([canonical(filter, table), columns]) };
}

async function inTime<Result>(
  view: BoundView,
  deciding: Result | PromiseLike<Result>,
  timeout: number,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const sentence = `The policy of ${view.name} has not decided within ${timeout} ms.`;
    timer = setTimeout(() => reject(new Error(sentence)), timeout).unref();
  });
  try {
    return await Promise.race([deciding, late]);
  } finally {
    clearTimeout(timer);
  }
}

function columnsOf(view: BoundView, names: readonly string[] | null): readonly number[] {
  if (names === null) return view.columns;
  const { table } = view;
  const nameOf = (place: number): string => columnAt(table, place).name;
  const shown = view.columns.filter((place) => names.includes(nameOf(place)));
  if (shown.length !== new Set(names).size) {
    throw new ViewError(view.name, "its policy names columns that the view does not have.");
  }
  if (table.key.some((place) => !shown.includes(place))) {
    throw new ViewError(view.name, "its policy leaves out the key, by which rows are told apart.");
  }
  return shown;
}
