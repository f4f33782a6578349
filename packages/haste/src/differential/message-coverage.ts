// What a message about a page's rows shows to have happened.
import type { Coverage } from "./coverage.ts";

/** `rows` or `batch`, as far as it is looked at. */
export interface PageMessage {
  readonly ops?: readonly (readonly [kind: "i" | "u" | "r" | "m", ...unknown[]])[];
  readonly more?: readonly [boolean, boolean];
  readonly partial?: boolean;
  readonly from?: number;
  readonly of?: number;
  readonly rows?: readonly unknown[];
}

export function countMessage(
  coverage: Coverage,
  { ops = [], more, partial, from, rows, of }: PageMessage,
): void {
  if (partial === true) coverage.count("partial");
  if (from === 0 && rows !== undefined && rows.length < (of ?? 0)) coverage.count("rows in pieces");
  const kinds = new Set(ops.map(([kind]) => kind));
  for (const kind of kinds) coverage.count(`op ${kind}`);
  // One came in, another went out, and there is more beyond.
  if (kinds.has("i") && kinds.has("r") && (more?.[0] || more?.[1])) coverage.count("over the edge");
}
