// A page that a random reader has open, and what others may be asked of it.
import type { PageMirror } from "../fixtures/page-mirror.ts";
import type { Dice } from "./dice.ts";
import type { PagePlan } from "./page-plan.ts";
import type { PageRecord } from "./page-record.ts";
import type { Relation } from "./schema.ts";

export interface Open {
  readonly mirror: PageMirror;
  readonly record: PageRecord;
  /** Which of the record's plans it has. */
  plan: number;
  /** Whether what it shows is one to resume from. */
  isWhole: boolean;
  hasEnded: boolean;
  /** How many of the mirror's states have been written down. */
  noted: number;
}

export function newlyOpen(
  mirror: PageMirror,
  record: PageRecord,
  plan: number,
  isWhole: boolean,
): Open {
  return { mirror, record, plan, isWhole, hasEnded: false, noted: 0 };
}

/** What a page asks for of its plan. */
export function asked({ filter, order, columns }: PagePlan): object {
  return columns === null ? { filter, order } : { filter, order, columns };
}

/** The key of a row that some page of the same rows shows. */
export function someKey(dice: Dice, open: readonly Open[], relation: Relation): unknown[] | null {
  const pages = open.filter(({ mirror }) => mirror.rows.length > 0);
  if (pages.length === 0) return null;
  const { mirror, record } = dice.pick(pages);
  if (record.relation.key !== relation.key || mirror.header === null) return null;
  const row = dice.pick(mirror.rows);
  return mirror.header.key.map((place) => row[place]);
}

/** Where some page stands, and what it is of. */
export function somePosition(
  dice: Dice,
  open: readonly Open[],
): { readonly plan: PagePlan; readonly at: unknown } | null {
  const pages = open.filter(({ mirror }) => typeof mirror.header?.at === "object");
  if (pages.length === 0) return null;
  const { mirror, record, plan } = dice.pick(pages);
  const known = record.plans[plan];
  return known === undefined ? null : { plan: known, at: mirror.header?.at };
}
