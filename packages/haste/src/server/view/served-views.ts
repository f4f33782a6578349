// The views that are served, as their tables are now: compared with them when those have changed.
import { HasteError } from "../../errors.ts";
import type { Source } from "../../source/source.ts";
import type { Table } from "../../table.ts";
import { PageError } from "../errors.ts";
import { bindView, tablesOf } from "./bind-view.ts";
import type { BoundView } from "./bound-view.ts";
import type { Definition } from "./define-view.ts";

/** How long a view that does not fit its tables is left alone before somebody asks again, ms. */
const PATIENCE = 1_000;

/** How long a change that the stream has told of may take to be seen, ms: the stream waits. */
const SEEN_WITHIN = 10_000;

/** A table cannot be described as the stream has it. */
export class UnseenChangeError extends HasteError {
  override readonly name = "UnseenChangeError";
  override readonly code = "unseen_change";

  constructor() {
    super(
      "The table has been changed by a transaction that is not to be seen yet, as while its commit waits for a standby.",
    );
  }
}

export interface ServedViewsOptions {
  readonly source: Pick<Source, "describe">;
  /** The columns that are followed, by the names of their tables. */
  readonly columns: ReadonlyMap<string, ReadonlySet<string>>;
  /** A view is another from now on, or (with the reason) cannot be shown. Told before anything is read of it. */
  readonly changed: (before: BoundView, problem: Error | null) => void;
  /**
   * Resolves with true when what is read from now on sees all that has been told of these tables, and
   * with false when so many ms have passed.
   */
  readonly catchesUp: (tables: ReadonlySet<string>, timeout: number) => Promise<boolean>;
  /** Aborted when nothing is served any more. */
  readonly closing: AbortSignal;
}

/** What is known of tables, by their names. */
interface Described {
  readonly tables: ReadonlyMap<string, Table>;
  readonly problems: ReadonlyMap<string, Error>;
}

/** One of them. */
export class ServedView {
  readonly definition: Definition;
  readonly #views: ServedViews;
  /** What it is, or was when it last fitted its tables. */
  view: BoundView;
  /** Why it does not fit them. */
  problem: Error | null = null;
  checkedAt: number = -Infinity;

  constructor(definition: Definition, view: BoundView, views: ServedViews) {
    this.definition = definition;
    this.view = view;
    this.#views = views;
  }

  /** The view as its tables are. @throws {PageError} unavailable */
  async current(): Promise<BoundView> {
    if (this.problem !== null) await this.#views.tryAgain(this);
    if (this.problem === null) return this.view;
    throw new PageError("unavailable", "The view does not fit its table at present.", {
      cause: this.problem,
    });
  }
}

export class ServedViews {
  readonly all: readonly ServedView[];
  readonly #options: ServedViewsOptions;
  /** One check after the other. */
  #last: Promise<void> = Promise.resolve();

  constructor(views: readonly (readonly [Definition, BoundView])[], options: ServedViewsOptions) {
    this.all = views.map(([definition, view]) => new ServedView(definition, view, this));
    this.#options = options;
  }

  /** Compares the views of these tables (their ids; null: of all) with what is there. Never rejects. */
  check(tables: ReadonlySet<string> | null): Promise<void> {
    const concerned = this.all.filter((served) => tables === null || concerns(served, tables));
    return this.#check(concerned);
  }

  /** Looks whether a view fits its tables again. Never rejects. */
  tryAgain(served: ServedView): Promise<void> {
    return this.#check([served]);
  }

  #check(served: readonly ServedView[]): Promise<void> {
    this.#last = this.#last.then(async () => {
      const due = served.filter(
        ({ problem, checkedAt }) => problem === null || performance.now() - checkedAt > PATIENCE,
      );
      const described = await this.#described(due);
      if (this.#options.closing.aborted) return;
      for (const each of due) this.#compare(each, described);
    });
    return this.#last;
  }

  /** Their tables as they are now, all at once; one after the other where one of them says no. */
  async #described(served: readonly ServedView[]): Promise<Described> {
    const { source, columns } = this.#options;
    const names = [...new Set(served.flatMap(({ definition }) => tablesOf(definition)))];
    const tables = new Map<string, Table>();
    const problems = new Map<string, Error>();
    const describe = async (asked: readonly string[]): Promise<void> => {
      const found = await source.describe(asked, columns);
      for (const [at, table] of found.entries()) tables.set(asked[at] as string, table);
    };
    try {
      // A commit is told of before anybody sees it: the tables would be described as they were.
      if (!(await this.#options.catchesUp(idsOf(served), SEEN_WITHIN)))
        throw new UnseenChangeError();
    } catch (error) {
      for (const name of names) problems.set(name, asError(error));
      return { tables, problems };
    }
    try {
      await describe(names);
    } catch {
      for (const name of names) {
        try {
          await describe([name]);
        } catch (error) {
          problems.set(name, asError(error));
        }
      }
    }
    return { tables, problems };
  }

  #compare(served: ServedView, { tables, problems }: Described): void {
    const { definition, view: before } = served;
    const hadProblem = served.problem !== null;
    served.checkedAt = performance.now();
    try {
      for (const name of tablesOf(definition)) {
        const problem = problems.get(name);
        if (problem !== undefined) throw problem;
      }
      const view = bindView(definition, tables);
      served.problem = null;
      if (!hadProblem && fingerprint(view) === fingerprint(before)) return;
      served.view = view;
    } catch (error) {
      served.problem = error as Error;
      // Its pages have been given up already.
      if (hadProblem) return;
    }
    if (!hadProblem) this.#options.changed(before, served.problem);
  }
}

function concerns(served: ServedView, tables: ReadonlySet<string>): boolean {
  return [...idsOf([served])].some((table) => tables.has(table));
}

/** What they look at. */
function idsOf(served: readonly ServedView[]): ReadonlySet<string> {
  return new Set(served.flatMap(({ view }) => [...view.tables, ...view.policy.tables]));
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** Equal for views that show, filter and order rows alike. */
function fingerprint({ table, columns, order, tables, policy }: BoundView): string {
  const described = table.columns.map(({ name, type, nullable, collation }) => [
    name,
    type.name,
    type.sql,
    type.labels ?? null,
    nullable,
    collation ?? null,
  ]);
  const read = [...tables, ...policy.tables].toSorted();
  return JSON.stringify([table.id, table.key, described, columns, order, read]);
}
