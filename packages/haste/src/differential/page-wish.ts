// Which page a random reader opens next, and where it begins.
import type { Coverage } from "./coverage.ts";
import type { Dice } from "./dice.ts";
import { someKey, somePosition, type Open } from "./open-page.ts";
import { randomPage, singleRow, type PagePlan } from "./page-plan.ts";
import type { ReaderPolicies } from "./reader-policies.ts";
import type { Schema } from "./schema.ts";

export interface PageWish {
  readonly plan: PagePlan;
  /** As the protocol has it. */
  readonly at: unknown;
  readonly sides: "before" | "after" | "both" | "one";
}

export interface Wishing {
  readonly dice: Dice;
  readonly schema: Schema;
  readonly coverage: Coverage;
  readonly policies: ReaderPolicies;
  /** Pages that are open: some begin where one of those does. */
  readonly open: readonly Open[];
}

export function randomWish({ dice, schema, coverage, policies, open }: Wishing): PageWish {
  const again = dice.chance(0.15) ? somePosition(dice, open) : null;
  if (again !== null) {
    coverage.count("page at a position");
    return { ...again, sides: "both" };
  }
  const relation = dice.pick(schema.relations);
  if (dice.chance(0.08)) {
    coverage.count("single row");
    return { plan: singleRow(dice, relation), at: "start", sides: "one" };
  }
  const may = policies.columns(relation);
  // Who may see nothing asks all the same.
  const asked = may.length === 0 ? relation.columns.map(({ name }) => name) : may;
  const plan = randomPage(dice, relation, asked, coverage);
  const key = dice.chance(0.35) ? someKey(dice, open, relation) : null;
  if (key !== null) {
    coverage.count("page around a key");
    return { plan, at: { key }, sides: "both" };
  }
  const at = dice.pick(["start", "start", "end"]);
  coverage.count(at === "start" ? "page at start" : "page at end");
  return { plan, at, sides: at === "start" ? "after" : "before" };
}
