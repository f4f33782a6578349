// A table as a view sees it: its name, the columns that are tracked, its key.
import type { ColumnType } from "./values/column-type.ts";

/** A column that is tracked. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  /**
   * What is known of a text column's collation, so that SQL can leave out `COLLATE "C"` and use the
   * column's own indexes. `deterministic`: equal is what has equal bytes (`collisdeterministic`).
   * `bytes`: it orders by bytes, too (C, POSIX, or the default of a database made with one of them).
   */
  readonly collation?: "deterministic" | "bytes";
}

/** A column that cannot be tracked, so that a view that asks for it can say why. */
export interface UntrackedColumn {
  readonly name: string;
  /** Half a sentence: `it is generated, and changes do not carry it`. */
  readonly reason: string;
}

/** A table of the database; a {@link Row} has its columns in this order. */
export interface Table {
  /** Schema and name as the database has them, unquoted: `public.flights`. Also how changes name it. */
  readonly id: string;
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly Column[];
  /** The places in {@link columns} of the primary key's columns, in the key's order. Never empty. */
  readonly key: readonly number[];
  readonly untracked?: readonly UntrackedColumn[];
}
