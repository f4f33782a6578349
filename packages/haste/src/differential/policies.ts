// Random policies, and which of them each user has had of each view.
import type { PolicyDecision } from "../server/index.ts";
import type { Dice } from "./dice.ts";
import { EVERYTHING, randomFilter } from "./filters.ts";
import type { Relation } from "./schema.ts";

export interface RandomPolicy {
  readonly decision: PolicyDecision;
  /** The rows that it allows. */
  readonly where: string;
  /** The names of the columns that it allows, in the view's order. */
  readonly columns: readonly string[];
}

/** What somebody has whom nobody has granted anything. */
export function nothing(): RandomPolicy {
  return { decision: false, where: "FALSE", columns: [] };
}

export function randomPolicy(dice: Dice, { columns, key }: Relation): RandomPolicy {
  const names = columns.map(({ name }) => name);
  const choice = dice.below(20);
  if (choice === 0) return nothing();
  if (choice < 7) return { decision: true, where: "TRUE", columns: names };
  const { filter, where } = choice < 9 ? EVERYTHING : randomFilter(dice, columns, 1);
  if (choice > 11) return { decision: filter, where, columns: names };
  const some = names.filter((name) => key.includes(name) || dice.chance(0.7));
  // Whoever writes them may write them in any order.
  return { decision: { rows: filter, columns: some.toReversed() }, where, columns: some };
}

/** The policies of one user for one view, oldest first; the last is what holds where the program decides. */
export class PolicyBook {
  readonly #policies = new Map<string, RandomPolicy[]>();

  of(user: string): readonly RandomPolicy[] {
    return this.#policies.get(user) ?? [];
  }

  /** The number of the new one. */
  add(user: string, policy: RandomPolicy): number {
    const policies = this.#policies.get(user) ?? [];
    this.#policies.set(user, policies);
    return policies.push(policy) - 1;
  }
}
