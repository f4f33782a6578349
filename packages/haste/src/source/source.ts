// Where changes come from, and where pages are read: a database behind two questions.
import type { Row } from "../row.ts";
import type { Table } from "../table.ts";

/** What happened to one table in a transaction. Rows are whole, old ones too. */
export type Change =
  | { readonly kind: "insert"; readonly table: string; readonly after: Row }
  | {
      readonly kind: "update";
      readonly table: string;
      readonly before: Row;
      readonly after: Row;
    }
  | { readonly kind: "delete"; readonly table: string; readonly before: Row }
  | {
      /**
       * The table has changed in a way that no rows tell: all its pages are read again. It is then
       * the only change of that table in its transaction. After `schema` the table may have other
       * columns, or be gone: until it is described again, whatever else happens to it is told as
       * a `reload` by `schema` too.
       */
      readonly kind: "reload";
      readonly table: string;
      readonly cause: "truncate" | "schema" | "tooManyChanges";
    };

/**
 * One committed transaction, in the order of commits. Small enough to be held: one with more changes
 * than the source's bound arrives as `reload` of its tables.
 */
export interface Transaction {
  /** Names the history that positions count in. A new one (a lost slot) makes all pages reload. */
  readonly epoch: string;
  /** Grows with each commit: the LSN of its end, or the number of a change log. */
  readonly position: bigint;
  /** The position of the transaction handed on before it, so that a gap can be seen. */
  readonly previous: bigint;
  /** The top-level transaction's id, 64 bits where the source knows them, else the lower 32. */
  readonly xid: bigint;
  /** When it was committed by the database's clock, ms since 1970. */
  readonly committedAt: number;
  readonly changes: readonly Change[];
}

/** Whoever takes the changes. */
export interface Subscriber {
  /**
   * Takes one transaction. It is acknowledged to the database after the promise resolves; a
   * rejection stops the stream (P22), and the next is not handed over before.
   */
  transaction(transaction: Transaction): Promise<void> | void;
  /** The history that positions count in is another: everything known is void. */
  epochChanged(epoch: string): void;
  /**
   * The stream stopped, and is being opened again; `error` says why. Pages are stale meanwhile. Told
   * again for each attempt that fails.
   */
  interrupted(error: Error): void;
  /** The stream has gone on where it stopped, and delivered what there was by then. */
  resumed(): void;
}

/** What a query sees, all of it at one moment. */
export interface Snapshot {
  readonly epoch: string;
  /**
   * A position of the history: whatever has been read was committed up to here; some of what was
   * committed up to here the snapshot may not see. Final once `read` has resolved, since it must
   * have been read after the last query: TRUNCATE shows through in snapshots that are older.
   */
  readonly position: bigint;
  /** Whether a transaction with this {@link Transaction.xid} (and position) is in what is read. */
  readonly sees: (transaction: Pick<Transaction, "xid" | "position">) => boolean;
  /**
   * False once the stream has been opened anew since this was taken, as after a crash of the server:
   * then what was read may have been lost before it was on the disk, and numbers of transactions may
   * have been given again. Asked when the position has been reached: from then on all that was read
   * is kept. Left out where nothing is lost like that.
   */
  readonly isOfThisStream?: () => boolean;
  /** Runs a query of one statement; each row as the texts of its columns. Parameters are texts, cast in the SQL. */
  readonly query: (sql: string, parameters: readonly (string | null)[]) => Promise<readonly Row[]>;
}

/** A database whose changes can be followed. */
export interface Source {
  /**
   * Reads what the tables look like and checks that they are set up. Changes of these tables are told
   * from then on, so this comes before {@link subscribe}; again after a `reload` by `schema`.
   *
   * @param tables as SQL writes them: `flights`, `public."Flights"`.
   * @param columns by the same names: those that are wanted, beside the key's. Rows have no others,
   *   and others may come and go. By default all.
   * @throws SetupError says for each shortcoming what to run.
   */
  describe(
    tables: readonly string[],
    columns?: ReadonlyMap<string, ReadonlySet<string>>,
  ): Promise<readonly Table[]>;
  /**
   * Begins to hand over transactions, from where the last subscriber's acknowledgement ended, and
   * resolves when that has begun. A source has one subscriber.
   */
  subscribe(subscriber: Subscriber): Promise<void>;
  /**
   * Runs `read` in a snapshot (REPEATABLE READ, read only). Bounded in how many run at once; waits
   * its turn, at most until `signal`.
   */
  snapshot<Result>(
    read: (snapshot: Snapshot) => Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result>;
  /**
   * Resolves when every transaction committed up to `position` has been handed to the subscriber,
   * at once if it has; sees to it that this does not wait for somebody to write. Never to be awaited
   * inside of {@link snapshot}: where there is one connection, that would wait for itself.
   *
   * @throws the signal's reason; when the source is closed; when a new epoch begins meanwhile; when
   *   the database has lost what was there.
   */
  reached(position: bigint, signal?: AbortSignal): Promise<void>;
  /** Ends the stream and all connections. */
  close(): Promise<void>;
}
