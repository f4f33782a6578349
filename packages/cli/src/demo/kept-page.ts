// What is told of the page with live flights to whoever keeps it open.
import type { DemoResult } from "./result.ts";

/** The page with live flights, when there is a result. */
export interface KeptPage {
  readonly url: string;
  /** The database with the flights, where others can connect to it. */
  readonly database: string | null;
  readonly result: DemoResult;
  /** Calls `listener` when the database did not take a change. */
  readonly onError: (listener: (error: Error) => void) => void;
}
