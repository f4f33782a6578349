// P21: what a change costs grows with the pages that it affects, and not with those that are open. It
// is counted, not timed: the pages that a change is led to, and those that have it applied.
import { expect, test } from "vitest";
import type { BoundFilter } from "../../filter/filter.ts";
import { matcher } from "../../filter/matcher.ts";
import { ModelDatabase } from "../../fixtures/model-database.ts";
import { ModelContent, modelShape, modelTable } from "../../fixtures/model-view.ts";
import type { Change } from "../../source/source.ts";
import type { PageShape } from "../page/page-shape.ts";
import { DEFAULT_ENGINE_LIMITS } from "./engine-limits.ts";
import { Engine } from "./engine.ts";

const [ID, VALUE] = [0, 1];
const CHANGES = 100;

/** Of ten pages seven ask for a row, two for a row and a range, one for a range of ten values alone. */
function filterOf(page: number): BoundFilter {
  const row: BoundFilter = { op: "eq", column: ID, value: `${page}` };
  const from = (value: number): BoundFilter => ({ op: "gte", column: VALUE, value: `${value}` });
  const to = (value: number): BoundFilter => ({ op: "lte", column: VALUE, value: `${value}` });
  switch (page % 10) {
    case 7:
    case 8:
      return { op: "and", of: [row, from(0)] };
    case 9:
      return { op: "and", of: [from(page), to(page + 9)] };
    default:
      return row;
  }
}

function shapeOf(page: number): PageShape {
  const shape = modelShape(0, "start", { before: 0, after: 5 });
  return { ...shape, key: `page ${page}`, filter: filterOf(page) };
}

interface Looks {
  /** Groups that the changes were led to, by the engine's own count. */
  led: number;
  /** Groups that had a change applied. */
  applied: number;
  /** Groups whose filter the old or the new row meets, by asking each. */
  affected: number;
  /** The most groups that one change affects. */
  most: number;
}

/** What some changes look at while so many pages are open. */
async function looksWith(pages: number): Promise<Looks> {
  const database = new ModelDatabase(modelTable);
  const looks: Looks = { led: 0, applied: 0, affected: 0, most: 0 };
  const engine = new Engine({
    source: database,
    limits: { ...DEFAULT_ENGINE_LIMITS, maxWaiting: pages },
    telemetry: { transaction: ({ groups }) => (looks.led += groups) },
    arriving: () => {},
    startedOver: () => {},
    schemaChanged: async () => {},
  });
  class Counting extends ModelContent {
    override apply(change: Change): Change | null {
      looks.applied += 1;
      return super.apply(change);
    }
  }
  const started = engine.start();
  await database.settle();
  await started;
  database.commit(new Map(Array.from({ length: CHANGES }, (_, id) => [`${id}`, `${id}`])));
  await database.settle();
  const groups = Array.from({ length: pages }, (_, page) => {
    const shape = shapeOf(page);
    const group = engine.obtain(shape, () => new Counting(shape, DEFAULT_ENGINE_LIMITS.slack));
    engine.groups.used(group);
    return { group, matches: matcher(shape.filter, modelTable) };
  });
  await database.settle();
  expect(groups.every(({ group }) => group.isLive)).toBe(true);
  Object.assign(looks, { led: 0, applied: 0 });
  for (let id = 0; id < CHANGES; id += 1) {
    const [before, after] = [`${id}`, `${id + 1}`];
    const affected = groups.filter(
      ({ matches }) => matches([`${id}`, before]) || matches([`${id}`, after]),
    ).length;
    looks.affected += affected;
    looks.most = Math.max(looks.most, affected);
    database.commit(new Map([[`${id}`, after]]));
    while (database.invisible.length > 0) database.makeVisible(0);
    database.deliver();
  }
  await engine.close();
  return looks;
}

test("a change is led to the pages that it affects, however many are open", async () => {
  const few = await looksWith(CHANGES);
  const many = await looksWith(20 * CHANGES);
  expect(few.most).toBeLessThanOrEqual(3);
  expect(few).toMatchObject({ led: few.affected, applied: few.affected });
  expect(many).toEqual(few);
});
