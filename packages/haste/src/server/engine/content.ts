// The rows of a group in memory: what it needs to be read, and what a change makes of it.
import type { Row } from "../../row.ts";
import type { Change, Snapshot } from "../../source/source.ts";
import type { HasMore } from "../page/shown.ts";

/** Rows as a snapshot saw them, not yet taken in. */
export type Load = () => void;

/** Kept by one group. */
export interface Content {
  /** Reads all that is needed. What it returns takes the rows in, in the place of all there were. */
  read(snapshot: Snapshot): Promise<Load>;
  /**
   * Takes in a change of one of its tables. What of it is seen through the page's filter, or null:
   * a row that no longer meets it is deleted there.
   */
  apply(change: Change): Change | null;
  /** Whether a change has touched what is known of the page, since this was last asked. */
  wasTouched(): boolean;
  /** Whether the changes taken in cannot be shown before everything is read again. */
  readonly isShort: boolean;
  /** The rows of the page, in its order. */
  rows(): readonly Row[];
  readonly hasMore: HasMore;
}
