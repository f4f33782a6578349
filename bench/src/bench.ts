// What a benchmark is. Nothing here measures, starts processes or prints.
import type { Result } from "./result.ts";

/** How much is measured: enough for figures, or just enough to see that it works. */
export type Size = "full" | "quick";

/** One thing that was measured, once. */
export interface Figure {
  /** What tells it apart within its bench, such as "1 KB, 100 channels". */
  readonly case: string;
  readonly value: number;
  readonly unit: string;
  /**
   * CPU seconds that this process spent for each second that was measured. About 1 says that the
   * client was the limit; much less says that the figure tells of its server or of the machine.
   */
  readonly busy?: number;
}

/** What one process measures. */
export interface Trial {
  readonly name: string;
  /**
   * Runs in a process of its own, made for this one call. No figures where the side has no part in it.
   * @param side one of the bench's `sides`.
   * @param url where the bench's stand is, as its clients take it.
   */
  measure(side: string, url: string): Promise<readonly Figure[]>;
}

export interface Bench {
  readonly name: string;
  /** One line for the table's head. */
  readonly about: string;
  /** Who is compared. The first is what the ratios are to. */
  readonly sides: readonly string[];
  /** Flags of Node for the processes that measure. */
  readonly flags: readonly string[];
  /**
   * What is started once for all its runs: the server of the clients' benches, which it is if left
   * out, or a PostgreSQL.
   */
  readonly stand?: "server" | "postgres";
  /** Its trials begin with what does not count, so that no whole run needs to be thrown away. */
  readonly warmsUp?: true;
  /** How many runs of each side are enough, however many are asked for. */
  readonly maxRuns?: number;
  trials(size: Size): readonly Trial[];
  /** What `--json` prints for its results, a line for each object; by default the results. */
  lines?(results: readonly Result[]): readonly object[];
}
