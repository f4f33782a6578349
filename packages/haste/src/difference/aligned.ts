// The difference of two states that are nearly the same: found by walking both at once, row object by
// row object, without looking at a key where nothing happened.
import type { Operation } from "./operation.ts";
import type { RowIdentity } from "./row-identity.ts";

/**
 * The operations, removals first and updates last; null where rows have moved, or where so much is
 * different that this does not tell what became what.
 */
export function alignedDifference<Row>(
  before: readonly Row[],
  after: readonly Row[],
  identity: RowIdentity<Row>,
): Operation<Row>[] | null {
  const removed: number[] = [];
  const inserted: number[] = [];
  const updates: Operation<Row>[] = [];
  let old = 0;
  let now = 0;
  while (old < before.length || now < after.length) {
    const was = before[old];
    const is = after[now];
    if (was === is) {
      old += 1;
      now += 1;
    } else if (was === undefined || (is !== undefined && was === after[now + 1])) {
      inserted.push(now);
      now += 1;
    } else if (is === undefined || is === before[old + 1]) {
      removed.push(old);
      old += 1;
    } else if (identity.key(was) === identity.key(is)) {
      if (!identity.same(was, is)) updates.push({ op: "update", at: now, row: is });
      old += 1;
      now += 1;
    } else if (isSameNext(before, old, after, now)) {
      removed.push(old);
      inserted.push(now);
      old += 1;
      now += 1;
    } else return null;
  }
  if (haveMoved(removed, inserted, before, after, identity)) return null;
  return [
    ...removed.reverse().map((at): Operation<Row> => ({ op: "remove", at })),
    ...inserted.map((at): Operation<Row> => ({ op: "insert", at, row: after[at] as Row })),
    ...updates,
  ];
}

/** Whether both go on alike behind this row, or both end. */
function isSameNext<Row>(
  before: readonly Row[],
  old: number,
  after: readonly Row[],
  now: number,
): boolean {
  return before[old + 1] === after[now + 1];
}

/** Whether a row that was taken out is one that was put in. */
function haveMoved<Row>(
  removed: readonly number[],
  inserted: readonly number[],
  before: readonly Row[],
  after: readonly Row[],
  identity: RowIdentity<Row>,
): boolean {
  if (removed.length === 0 || inserted.length === 0) return false;
  const gone = new Set(removed.map((at) => identity.key(before[at] as Row)));
  return inserted.some((at) => gone.has(identity.key(after[at] as Row)));
}
