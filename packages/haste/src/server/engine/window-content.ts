// The rows of a page of a single table: kept true change by change.
import { matcher, type Matcher } from "../../filter/matcher.ts";
import { positionOrder, rowOrder } from "../../order/compare.ts";
import { halfQuery } from "../../query/page-query.ts";
import type { Row } from "../../row.ts";
import type { Change, Snapshot } from "../../source/source.ts";
import { Window, type WindowSize } from "../../window/window.ts";
import type { PageSpec } from "../page/page-shape.ts";
import type { HasMore } from "../page/shown.ts";
import type { Content, Load } from "./content.ts";

export class WindowContent implements Content {
  readonly #spec: PageSpec;
  readonly #matches: Matcher;
  readonly #window: Window;
  #isVoid = false;
  #isTouched = false;

  /** @param slack - rows kept beyond those that are shown */
  constructor(spec: PageSpec, slack: number) {
    this.#spec = spec;
    const { filter, order, size, view } = spec;
    this.#matches = matcher(filter, view.table);
    const compare = rowOrder(order, view.table);
    this.#window = new Window({ compare, isBefore: isBefore(spec), ...size, slack });
  }

  async read(snapshot: Snapshot): Promise<Load> {
    const { view, anchor } = this.#spec;
    const { reads } = this;
    const half = async (side: "before" | "after"): Promise<readonly Row[]> => {
      // Nothing stands before the start, and nothing behind the end.
      if (anchor === (side === "before" ? "start" : "end")) return [];
      const { sql, parameters } = halfQuery({
        ...this.#spec,
        table: view.table,
        ...view.from,
        side,
        limit: reads[side],
      });
      return snapshot.query(sql, parameters);
    };
    const before = await half("before");
    const after = await half("after");
    return this.loads(before, after);
  }

  /** How many rows are needed on each side. */
  protected get reads(): WindowSize {
    return this.#window.reads;
  }

  /** Takes in what was read: each side with the rows nearest to the anchor first. */
  protected loads(before: readonly Row[], after: readonly Row[]): Load {
    return () => {
      this.#isVoid = false;
      this.#window.load(before, after);
    };
  }

  apply(change: Change): Change | null {
    if (change.kind === "reload") {
      this.#isVoid = true;
      return change;
    }
    const { table } = change;
    const before = change.kind === "insert" ? undefined : this.#met(change.before);
    const after = change.kind === "delete" ? undefined : this.#met(change.after);
    if (before !== undefined && this.#window.remove(before)) this.#isTouched = true;
    if (after !== undefined && this.#window.insert(after)) this.#isTouched = true;
    if (before !== undefined && after !== undefined)
      return { kind: "update", table, before, after };
    if (before !== undefined) return { kind: "delete", table, before };
    return after === undefined ? null : { kind: "insert", table, after };
  }

  get isShort(): boolean {
    return this.#isVoid || this.#window.isShort;
  }

  wasTouched(): boolean {
    const isTouched = this.#isTouched;
    this.#isTouched = false;
    return isTouched;
  }

  rows(): readonly Row[] {
    return this.#window.visible();
  }

  get hasMore(): HasMore {
    return this.#window.hasMore;
  }

  #met(row: Row): Row | undefined {
    return this.#matches(row) ? row : undefined;
  }
}

function isBefore({ anchor, order, view }: PageSpec): (row: Row) => boolean {
  if (anchor === "start") return () => false;
  if (anchor === "end") return () => true;
  const compare = positionOrder(order, view.table);
  return (row) => compare(row, anchor) < 0;
}
