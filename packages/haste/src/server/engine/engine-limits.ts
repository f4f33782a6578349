// What the engine may hold and do at once. Sizes are numbers of things; times are ms.

export interface EngineLimits {
  /** Snapshots that are open at once. Default 4. */
  readonly maxSnapshots: number;
  /** Pages that may wait to be read; one more is answered `busy`. Default 1,000. */
  readonly maxWaiting: number;
  /** Pages that are read in one snapshot, if so many wait. Default 16. */
  readonly readsPerSnapshot: number;
  /** Changes kept for pages that are being opened, of all tables together. Default 20,000. */
  readonly maxRetainedChanges: number;
  /** How long equal pages are kept true after the last of them was left. Default 30 s. */
  readonly grace: number;
  /** How many of those are kept; those left first go first. Default 1,000. */
  readonly maxIdleGroups: number;
  /**
   * How much those may hold together, in UTF-16 code units of what was asked for and of the rows; those
   * left first go first. Default 32 Mi.
   */
  readonly maxIdleText: number;
  /** How many rows are kept beyond those that a page shows, so that removals need no query. Default 20. */
  readonly slack: number;
}

export const DEFAULT_ENGINE_LIMITS: EngineLimits = {
  maxSnapshots: 4,
  maxWaiting: 1_000,
  readsPerSnapshot: 16,
  maxRetainedChanges: 20_000,
  grace: 30_000,
  maxIdleGroups: 1_000,
  maxIdleText: 2 ** 25,
  slack: 20,
};
