// What one page of a reader showed, over all its channels, with what it was asked for meanwhile.
import type { Json } from "../json.ts";
import { parseVersion, type Version } from "../server/engine/version.ts";
import type { MirrorState, PageMirror } from "../fixtures/page-mirror.ts";
import type { PagePlan } from "./page-plan.ts";
import type { Relation } from "./schema.ts";

type Rows = readonly (readonly Json[])[];

/** From one number to another, both in it: what was asked for is not shown at once. */
export type Range = readonly [first: number, last: number];

export interface Observed {
  readonly kind: /** The page is this at its version. */
    | "shown"
    /** These are what was left of the rows before, under a new policy. */
    | "partial"
    /** All of these may be seen under the policy. */
    | "allowed";
  /** What said so. */
  readonly origin: "message" | "seen" | "live" | "count" | "refresh";
  readonly version: Version;
  readonly rows: Rows;
  readonly more: readonly [boolean, boolean];
  readonly header: MirrorState["header"];
  /** What was shown before it. */
  readonly before: Pick<MirrorState, "rows" | "more">;
  /** Which of the page's plans it may be of. */
  readonly plans: Range;
  /** Which of the user's policies it may be under; of granted ones the database knows. */
  readonly policies: Range;
  /** How many rows there were said to be, up to a bound. */
  readonly count: { readonly count: number; readonly more: boolean; readonly cap: number } | null;
}

export class PageRecord {
  readonly relation: Relation;
  readonly user: string;
  /** What has been asked for, the newest last. */
  readonly plans: PagePlan[];
  readonly observed: Observed[] = [];
  /** The newest at which what is shown is known to be true. */
  version = "";
  #last: Pick<MirrorState, "rows" | "more"> = { rows: [], more: [false, false] };

  constructor(user: string, plan: PagePlan) {
    this.relation = plan.relation;
    this.user = user;
    this.plans = [plan];
  }

  shown({ version, rows, more, header, partial }: MirrorState, plans: Range, policies: Range) {
    const kind = partial ? "partial" : "shown";
    const origin = "message";
    this.#note({ kind, origin, version, rows, more, header, plans, policies, count: null });
    this.#last = { rows, more };
  }

  /**
   * What a mirror shows is said to be true at a version, with so many rows of its filter.
   *
   * @param since - how much had been observed when this was asked for
   */
  isTrue(
    { rows, more, header }: PageMirror,
    version: string,
    origin: "seen" | "live" | "count",
    plans: Range,
    policies: Range,
    since: number,
    count: Observed["count"] = null,
  ): void {
    if (header === null || this.#isPast(version, since)) return;
    this.#note({ kind: "shown", origin, version, rows, more, header, plans, policies, count });
  }

  /** What a mirror shows may be seen under the newest policy. */
  isAllowed({ rows, more, header }: PageMirror, policies: Range): void {
    const { version } = this;
    if (header === null) return;
    const plans: Range = [0, this.plans.length - 1];
    const [kind, origin] = ["allowed", "refresh"] as const;
    this.#note({ kind, origin, version, rows, more, header, plans, policies, count: null });
  }

  /** An answer is on its way for some turns: what was told meanwhile, and is heard first, may be newer. */
  #isPast(answered: string, since: number): boolean {
    if (this.observed.length === since) return false;
    const [newest, version] = [parsed(this.version), parsed(answered)];
    return newest.epoch !== version.epoch || newest.position > version.position;
  }

  #note(observed: Omit<Observed, "version" | "before"> & { readonly version: string }): void {
    this.version = observed.version;
    this.observed.push({
      ...observed,
      version: parsed(observed.version),
      before: this.#last,
    });
  }
}

function parsed(text: string): Version {
  const version = parseVersion(text);
  if (version === null) throw new Error(`What is the version ${text}?`);
  return version;
}
