// What is wrong with a database, all of it at once, and what to run.
import { HasteError } from "../errors.ts";

/** Something that a database lacks. */
export interface Shortcoming {
  /** A sentence. */
  readonly problem: string;
  /** What to run, where SQL can mend it. */
  readonly sql?: string;
}

/** The database, or a table of it, is not set up so that it can be followed. */
export class SetupError extends HasteError {
  override readonly name = "SetupError";
  override readonly code = "setup";
  readonly shortcomings: readonly Shortcoming[];

  constructor(shortcomings: readonly Shortcoming[]) {
    const list = shortcomings.map(({ problem }) => `- ${problem}`);
    const sql = [...new Set(shortcomings.flatMap(({ sql }) => (sql === undefined ? [] : [sql])))];
    const toRun = sql.length === 0 ? [] : ["Run:", ...sql];
    super(["The database cannot be followed yet.", ...list, ...toRun].join("\n"));
    this.shortcomings = shortcomings;
  }
}
