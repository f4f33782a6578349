// How often each kind of thing happened: a test of chance is worth what chance has brought.

/** All that runs must have brought, once there are enough of them. */
const KINDS = [
  ...["insert", "update", "delete", "key changed", "all updated", "truncate", "bulk"],
  ...["column added", "column dropped", "table rewritten"],
  ...["savepoint kept", "savepoint rolled back", "rolled back", "conflict"],
  ...["other table", "granted", "revoked"],
  ...["page at start", "page at end", "page around a key", "page at a position", "single row"],
  ...["view rows", "view granted", "view joined", "some columns", "with why"],
  ...["grow", "resize", "change", "pause", "resume", "seen", "count", "leave", "connection lost"],
  ...["resumed by replay", "resumed by reload", "policy refreshed", "policy refreshed while away"],
  ...["op i", "op u", "op r", "op m", "over the edge"],
  ...["rows in pieces", "partial", "cleared", "ended by policy", "stale", "live"],
  ...["order nulls first", "order nulls last", "order descending", "order by text"],
  ...["subscriber failed", "epoch lost"],
] as const;

/** Where there are several connections. */
const CONCURRENT = [
  ...["deadlock", "connections terminated", "database restarted", "commit held"],
] as const;

export type CoverageKind = (typeof KINDS | typeof CONCURRENT)[number];

export class Coverage {
  readonly #counts = new Map<CoverageKind, number>();

  count(kind: CoverageKind, by = 1): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + by);
  }

  /** What has never happened. */
  missing(on: "one connection" | "several"): readonly CoverageKind[] {
    const wanted = on === "several" ? [...KINDS, ...CONCURRENT] : KINDS;
    return wanted.filter((kind) => !this.#counts.has(kind));
  }

  toString(): string {
    return [...this.#counts]
      .toSorted(([a], [b]) => a.localeCompare(b))
      .map(([kind, count]) => `${kind} ${count}`)
      .join(", ");
  }
}
