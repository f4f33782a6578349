// From one state of a page to the next, as it goes over the wire: written once for all who get it.
import type { Operation } from "../../difference/operation.ts";
import type { Json } from "../../json.ts";
import type { Row } from "../../row.ts";
import type { Change, Transaction } from "../../source/source.ts";
import { versionText, type Version } from "../engine/version.ts";
import type { PageShape } from "./page-shape.ts";
import { rowJson, valueJson } from "./row-json.ts";
import type { HasMore, Shown } from "./shown.ts";

/** How many of a transaction's changes `why` tells of. */
const TOLD = 20;

/** The transaction that a step comes from, with those of its changes that the page looked at. */
export interface Cause {
  readonly xid: bigint;
  readonly committedAt: number;
  readonly changes: readonly Change[];
}

export function causeOf({ xid, committedAt, changes }: Transaction): Cause {
  return { xid, committedAt, changes };
}

export function sameMore({ hasMore }: Shown, other: HasMore): boolean {
  return hasMore.before === other.before && hasMore.after === other.after;
}

export class Step {
  readonly from: Shown;
  readonly to: Shown;
  readonly shape: PageShape;
  readonly #operations: readonly Operation<Row>[];
  readonly #cause: Cause | null;
  #text: string | null = null;
  #why: string | null = null;

  constructor(
    shape: PageShape,
    from: Shown,
    to: Shown,
    operations: readonly Operation<Row>[],
    cause: Cause | null,
  ) {
    this.shape = shape;
    this.from = from;
    this.to = to;
    this.#operations = operations;
    this.#cause = cause;
  }

  get isEmpty(): boolean {
    return this.#operations.length === 0 && sameMore(this.from, this.to.hasMore);
  }

  /** How many operations there are. */
  get length(): number {
    return this.#operations.length;
  }

  /** The payload of `batch` in JSON: what {@link batchText} makes of it. */
  text(version: Version, extra: string): string {
    this.#text ??= `"more":[${this.to.hasMore.before},${this.to.hasMore.after}],"ops":${JSON.stringify(
      wireOperations(this.shape, this.from.rows, this.#operations),
    )}`;
    return `{"version":${JSON.stringify(versionText(version))},${this.#text}${extra}}`;
  }

  /** The field `why`, with its comma in front. */
  whyText(): string {
    this.#why ??= `,"why":${JSON.stringify(this.#cause === null ? null : why(this.shape, this.#cause))}`;
    return this.#why;
  }
}

/** Operations as PROTOCOL.md has them: arrays, of a row that was there just what is new. */
function wireOperations(
  shape: Pick<PageShape, "view" | "columns">,
  before: readonly Row[],
  operations: readonly Operation<Row>[],
): Json[] {
  const { table } = shape.view;
  const rows = [...before];
  return operations.map((operation): Json => {
    switch (operation.op) {
      case "insert":
        rows.splice(operation.at, 0, operation.row);
        return ["i", operation.at, rowJson(table, shape.columns, operation.row)];
      case "update": {
        const changed = changedValues(shape, rows[operation.at] as Row, operation.row);
        rows[operation.at] = operation.row;
        return ["u", operation.at, changed];
      }
      case "remove":
        rows.splice(operation.at, 1);
        return ["r", operation.at];
      case "move": {
        const [old] = rows.splice(operation.from, 1) as [Row];
        rows.splice(operation.to, 0, operation.row);
        const changed = changedValues(shape, old, operation.row);
        return changed.length === 0
          ? ["m", operation.from, operation.to]
          : ["m", operation.from, operation.to, changed];
      }
    }
  });
}

/** Place among the page's columns, value, place, value … */
function changedValues(
  { view, columns }: Pick<PageShape, "view" | "columns">,
  old: Row,
  row: Row,
): Json[] {
  return columns.flatMap((place, index): Json[] =>
    old[place] === row[place] ? [] : [index, valueJson(view.table, place, row[place] ?? null)],
  );
}

/** Keys and kinds alone: no value of a row that has left the page goes out. */
function why({ view }: PageShape, { xid, committedAt, changes }: Cause): Json {
  return {
    xid: `${xid}`,
    committedAt,
    changes: changes.slice(0, TOLD).map((change): Json => {
      if (change.kind === "reload") return ["reload", change.cause];
      const row = change.kind === "delete" ? change.before : change.after;
      return [
        change.kind,
        view.table.key.map((place) => valueJson(view.table, place, row[place] ?? null)),
      ];
    }),
  };
}
