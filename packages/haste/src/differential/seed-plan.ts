// What a seed is about, decided before anything is run.
import { Dice } from "./dice.ts";

export interface SeedPlan {
  /** Ten thousand rows, written at once. */
  readonly isBulk: boolean;
  /** What befalls the source while transactions are written. */
  readonly disturbances: readonly Disturbance[];
  /** Where commits can be held: whether some are, between being in the log and being seen. */
  readonly holdsCommits: boolean;
}

/** What befalls it between two transactions of a writer. */
export type DisturbanceBeside =
  | "subscriber failed"
  | "connections terminated"
  | "database restarted";

/** Or in the middle of one, of which nobody is told then. */
export type Disturbance = DisturbanceBeside | "epoch lost";

export function seedPlan(seed: number): SeedPlan {
  const dice = new Dice(seed ^ 0x5eed);
  const isBulk = dice.chance(0.06);
  const disturbances: Disturbance[] = [];
  if (dice.chance(0.12)) disturbances.push("subscriber failed");
  if (dice.chance(0.1)) disturbances.push("connections terminated");
  if (dice.chance(0.1)) disturbances.push("epoch lost");
  if (dice.chance(0.04)) disturbances.push("database restarted");
  const holdsCommits = dice.chance(0.12);
  return { isBulk, disturbances, holdsCommits };
}
