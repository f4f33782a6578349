// What turns one state of a page into the next, in operations that are applied one after another.
import { alignedDifference } from "./aligned.ts";
import { longestIncreasing } from "./longest-increasing.ts";
import type { Operation } from "./operation.ts";
import type { RowIdentity } from "./row-identity.ts";

/**
 * The operations that turn `before` into `after`: removals from the end to the start, then moves and
 * insertions from the start to the end, then updates. Rows that stay in order are not moved (a
 * longest increasing subsequence); rows that did not change are not mentioned.
 */
export function difference<Row>(
  before: readonly Row[],
  after: readonly Row[],
  identity: RowIdentity<Row>,
): Operation<Row>[] {
  return alignedDifference(before, after, identity) ?? anyDifference(before, after, identity);
}

/** The same for whatever states. */
function anyDifference<Row>(
  before: readonly Row[],
  after: readonly Row[],
  identity: RowIdentity<Row>,
): Operation<Row>[] {
  const start = commonStart(before, after);
  const end = commonEnd(before, after, start);
  const operations: Operation<Row>[] = [];
  const olds = before.slice(start, before.length - end).map(keyed(identity));
  const news = after.slice(start, after.length - end).map(keyed(identity));

  const wanted = new Set(news.map(({ key }) => key));
  for (let at = olds.length - 1; at >= 0; at -= 1) {
    if (!wanted.has((olds[at] as Keyed<Row>).key))
      operations.push({ op: "remove", at: start + at });
  }
  const kept = olds.filter(({ key }) => wanted.has(key));
  arrange(kept, news, start, operations);

  const old = new Map(kept.map(({ key, row }) => [key, row]));
  const moved = new Map<string, number>();
  operations.forEach((operation, index) => {
    if (operation.op === "move") moved.set(identity.key(operation.row), index);
  });
  news.forEach(({ key, row }, index) => {
    const was = old.get(key);
    if (was === undefined || moved.has(key) || identity.same(was, row)) return;
    operations.push({ op: "update", at: start + index, row });
  });
  return operations;
}

interface Keyed<Row> {
  readonly key: string;
  readonly row: Row;
}

function keyed<Row>(identity: RowIdentity<Row>): (row: Row) => Keyed<Row> {
  return (row) => ({ key: identity.key(row), row });
}

/** Moves and insertions: each row whose place is wrong or new goes behind the one before it. */
function arrange<Row>(
  kept: readonly Keyed<Row>[],
  news: readonly Keyed<Row>[],
  start: number,
  operations: Operation<Row>[],
): void {
  const place = new Map(kept.map(({ key }, index) => [key, index]));
  const stays = new Set(
    longestIncreasing(news.flatMap(({ key }) => place.get(key) ?? [])).map(
      (index) => (kept[index] as Keyed<Row>).key,
    ),
  );
  const now = kept.map(({ key }) => key);
  let next = 0;
  for (const { key, row } of news) {
    if (stays.has(key)) {
      next = now.indexOf(key, next) + 1;
      continue;
    }
    if (place.has(key)) {
      const from = now.indexOf(key);
      now.splice(from, 1);
      if (from < next) next -= 1;
      operations.push({ op: "move", from: start + from, to: start + next, row });
    } else {
      operations.push({ op: "insert", at: start + next, row });
    }
    now.splice(next, 0, key);
    next += 1;
  }
}

/** How many rows at the start are the same objects. */
function commonStart<Row>(before: readonly Row[], after: readonly Row[]): number {
  const most = Math.min(before.length, after.length);
  let count = 0;
  while (count < most && before[count] === after[count]) count += 1;
  return count;
}

/** How many rows at the end are the same objects, those at the start apart. */
function commonEnd<Row>(before: readonly Row[], after: readonly Row[], start: number): number {
  const most = Math.min(before.length, after.length) - start;
  let count = 0;
  while (count < most && before[before.length - 1 - count] === after[after.length - 1 - count]) {
    count += 1;
  }
  return count;
}
