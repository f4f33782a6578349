// What is wrong with a database, all of it at once, and what to run.
import { HasteError } from "../errors.ts";

/** Something that a database lacks. */
export interface Shortcoming {
  /** A sentence. */
  readonly problem: string;
  /** What to run, where SQL can mend it. */
  readonly sql?: string;
}

/**
 * The database, or a table of it, is not set up so that it can be followed. The message says what is
 * missing and what to call; the SQL, which is long, is {@link sql}.
 *
 * @example
 * ```ts
 * try {
 *   await createHaste({ source, views });
 * } catch (error) {
 *   if (!(error instanceof SetupError)) throw error;
 *   console.error(error.message);
 *   await writeFile("setup.sql", error.sql); // to be read, and run by psql
 * }
 * ```
 */
export class SetupError extends HasteError {
  override readonly name = "SetupError";
  override readonly code = "setup";
  // Not as fields: whoever prints the error would get pages of SQL.
  readonly #shortcomings: readonly Shortcoming[];

  /** @param call - what a program calls so that all is there that SQL of many lines makes */
  constructor(shortcomings: readonly Shortcoming[], call: string | null = null) {
    const list = shortcomings.map(({ problem, sql }) =>
      sql === undefined || isLong(sql) ? `- ${problem}` : `- ${problem} Run: ${sql}`,
    );
    const isForCall = shortcomings.some(({ sql }) => sql !== undefined && isLong(sql));
    const advice = isForCall && call !== null ? [`Run once: ${call} (its SQL is error.sql)`] : [];
    super(["The database cannot be followed yet.", ...list, ...advice].join("\n"));
    this.#shortcomings = shortcomings;
  }

  /** All that is missing. */
  get shortcomings(): readonly Shortcoming[] {
    return this.#shortcomings;
  }

  /** All that SQL can mend, to be run in this order; empty if that is nothing. */
  get sql(): string {
    const all = this.#shortcomings.flatMap(({ sql }) => (sql === undefined ? [] : [sql]));
    return [...new Set(all)].join("\n\n");
  }
}

function isLong(sql: string): boolean {
  return sql.includes("\n");
}
