// What a run asks of the database under test.
import type { Source } from "../source/source.ts";
import type { Run, Written } from "./effects.ts";

/** The database under test. */
export interface DifferentialDatabase {
  /** How many transactions may be under way at once. */
  readonly writers: number;
  readonly run: Run;
  /**
   * Runs `work` in a transaction, and commits unless it rejects; rejects if it was not committed.
   *
   * @param isHeld - where the database is a server: as long as it says so, the commit is in the log,
   *   and nobody sees it. Asked a bounded number of times
   */
  transaction(work: (run: Run) => Promise<void>, isHeld?: () => boolean): Promise<void>;
  setUp(tables: readonly string[]): Promise<void>;
  source(): Source;
  /** Makes the source lose its place, and with it what the transaction that `run` is of has done. */
  loseEpoch(run: Run): Promise<void>;
  /** Where the database is a server: cuts the source's connections, restarts the server. */
  readonly server: {
    terminate(): Promise<void>;
    restart(): Promise<void>;
    /** Transactions in the order of their commits. */
    inOrder(written: readonly Written[]): Promise<readonly Written[]>;
  } | null;
}
