// What changed the page last: which transaction, when, and which flights.
import type { Why } from "@slipstream/haste/client";
import type { ReactNode } from "react";
import { clock, grouped } from "./format.ts";
import { keyOf } from "./recent-changes.ts";

/** The changes of this page so far. */
export interface Told {
  readonly batches: number;
  /** When the last one came, ms since 1970; null before there was one. */
  readonly at: number | null;
  /** What it was; null where it was a large transaction, or several in one. */
  readonly why: Why | null;
}

export const NOTHING_TOLD: Told = { batches: 0, at: null, why: null };

export function WhyLine({ batches, at, why }: Told): ReactNode {
  return (
    <p className="why">
      <span className="label">Why</span>{" "}
      {at === null ? "Nothing has changed on this page yet." : sentence(at, why)}{" "}
      {batches > 0 && <span className="count">{grouped(batches)} so far</span>}
    </p>
  );
}

const DONE: Readonly<Record<string, string>> = {
  insert: "inserted",
  update: "updated",
  delete: "deleted",
};

function sentence(at: number, why: Why | null): ReactNode {
  if (why === null) return <>{clock(at)}: a large transaction, or several in one step</>;
  const [first, ...others] = why.changes;
  if (first === undefined) return <>{clock(why.committedAt)}: more rows</>;
  const [kind, key] = first;
  return (
    <>
      <time dateTime={new Date(why.committedAt).toISOString()}>{clock(why.committedAt)}</time>:
      transaction {why.xid} {DONE[kind] ?? kind} flight {keyOf(key)}
      {others.length > 0 && ` and ${others.length} more`}
    </>
  );
}
