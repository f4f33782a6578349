// What a user may see of a view: decided on the server, as data, and never by what a client says.
import type { FilterOf } from "../../filter/filter-of.ts";
import type { Filter } from "../../filter/filter.ts";

/** What a policy may say of rows of this shape. */
export type PolicyDecision<Row = Record<string, unknown>> =
  /** All rows, or none: then the page is not opened, and an open one ends. */
  | boolean
  /** The rows that meet this filter, which may name all columns of the view. */
  | FilterOf<Row>
  /** These rows, and of them these columns alone. The key's columns cannot be left out. */
  | {
      readonly rows: boolean | FilterOf<Row>;
      readonly columns?: readonly (keyof Row & string)[];
    };

/** Turns a user, which is what the socket's `connect` has accepted, into what he may see. */
export type PolicyFunction<User, Row> = (
  user: User,
) => PolicyDecision<Row> | PromiseLike<PolicyDecision<Row>>;

/**
 * A policy that looks something up.
 *
 * @example
 * ```ts
 * const policy: Policy<{ id: number }, { team: number }> = {
 *   tables: ["memberships"],
 *   decide: async ({ id }) => ["in", "team", await teamsOf(id)],
 * };
 * ```
 */
export interface LookedUpPolicy<User, Row> {
  readonly decide: PolicyFunction<User, Row>;
  /** Tables on which the decision depends: a change to one has it made again, before anything else is sent. */
  readonly tables?: readonly string[];
  /** It is made again when it is so many ms old. Default 5 minutes. */
  readonly maxAge?: number;
}

export type Policy<User, Row> = PolicyFunction<User, Row> | LookedUpPolicy<User, Row>;

export const DEFAULT_MAX_AGE: number = 5 * 60_000;

/** All decisions in one form. Null: nothing may be seen. */
export interface Decided {
  readonly rows: Filter;
  /** Null for all columns of the view. */
  readonly columns: readonly string[] | null;
}

/** The filter that everything meets. */
const EVERYTHING: Filter = ["and"];

/** @throws {TypeError} The policy said nothing that a policy can say: then nothing is shown. */
export function decided(decision: PolicyDecision): Decided | null {
  if (typeof decision === "boolean") return decision ? { rows: EVERYTHING, columns: null } : null;
  if (isFilter(decision)) return { rows: decision, columns: null };
  if (typeof decision !== "object" || decision === null || decision.rows === undefined) {
    throw new TypeError("A policy says true, false, a filter, or { rows, columns }.");
  }
  const { rows, columns = null } = decision;
  if (rows === false) return null;
  return { rows: rows === true ? EVERYTHING : rows, columns };
}

function isFilter(decision: PolicyDecision): decision is Filter {
  return Array.isArray(decision);
}
