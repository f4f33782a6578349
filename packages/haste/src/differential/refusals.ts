// What a random reader may be refused though nothing is wrong.
import type { JoinError, PushError } from "@slipstream/client";
import type { RandomPolicy } from "./policies.ts";
import type { Relation } from "./schema.ts";

/** What may be refused by chance, or because the database is away. */
const REFUSALS = new Set([
  "row_not_found",
  "busy",
  "forbidden",
  "unavailable",
  "timeout",
  "not_seen",
]);
/** What policies may refuse that leave columns out. */
const OF_COLUMNS = new Set(["invalid_filter", "invalid_order", "invalid_page"]);

/** @param policies - those that the reader's user has or had */
export function isRefusedByChance(
  { response }: JoinError | PushError,
  relation: Relation,
  policies: readonly Pick<RandomPolicy, "columns">[],
): boolean {
  const hides = policies.some(({ columns }) => columns.length < relation.columns.length);
  const { reason = "" } = (response ?? {}) as { readonly reason?: string };
  return REFUSALS.has(reason) || (hides && OF_COLUMNS.has(reason));
}
