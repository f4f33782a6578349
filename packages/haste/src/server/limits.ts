// What one client, and all of them together, may ask of Haste.
import { DEFAULT_ENGINE_LIMITS, type EngineLimits } from "./engine/engine-limits.ts";

/** Times are ms, sizes bytes. Those of a view's pages are the view's. */
export interface HasteLimits extends EngineLimits {
  /** Pages of one connection, over all views. Default 100. */
  readonly maxPagesPerConnection: number;
  /** Pages of one user (the socket's id) on this node; users without an id have none. Default 500. */
  readonly maxPagesPerUser: number;
  /** Pages that a connection may open or change in a second; twice as many at once. Default 50. */
  readonly maxOpenRate: number;
  /** What may wait on a connection while changes are sent to it. Above, it is owed one difference. Default 64 KiB. */
  readonly maxBehind: number;
  /** How long `seen` waits for a transaction. Default 10 s. */
  readonly seenTimeout: number;
  /** How long a policy may take to decide; after that it has failed. Default 5 s. */
  readonly policyTimeout: number;
}

export const DEFAULT_LIMITS: HasteLimits = {
  ...DEFAULT_ENGINE_LIMITS,
  maxPagesPerConnection: 100,
  maxPagesPerUser: 500,
  maxOpenRate: 50,
  maxBehind: 64 * 1024,
  seenTimeout: 10_000,
  policyTimeout: 5_000,
};

/** @throws {RangeError} A limit that there is not, or that is no number above 0. */
export function withLimits(given: Partial<HasteLimits>): HasteLimits {
  const limits: Record<keyof HasteLimits, number> = { ...DEFAULT_LIMITS };
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(limits, name)) {
      throw new RangeError(
        `There is no limit ${name}. There are ${Object.keys(limits).join(", ")}.`,
      );
    }
    if (!(typeof value === "number" && value > 0)) {
      throw new RangeError(`The limit ${name} is a number above 0.`);
    }
    limits[name as keyof HasteLimits] = value;
  }
  return limits;
}
