import fc from "fast-check";
import { expect, test } from "vitest";
import type { Change } from "./changes.ts";
import { pageCount, pageRange, type FlightRow } from "./flights.ts";
import { PageAudit, Replica } from "./replica.ts";
import type { Page } from "./topics.ts";

const ROWS = 25;
const PAGE_SIZE = 10;

const flight = (index: number): FlightRow => [
  index * 60_000,
  index,
  100 + index,
  `O${index % 3}`,
  `D${index % 4}`,
];

/** What a server that tells the truth answers after the change `seq`. */
function pageAt(index: number, seq: number, changes: readonly Change[]): Page {
  const { first, end } = pageRange(index, PAGE_SIZE, ROWS);
  const rows = Array.from({ length: end - first }, (_, offset) => {
    const at = first + offset;
    const [date, delay, ...others] = flight(at);
    const last = changes.slice(0, seq).findLast(([row]) => row === at);
    return [date, last?.[1] ?? delay, ...others] as const;
  });
  return { index, seq, rows };
}

function filled(): Replica {
  const replica = new Replica(ROWS, PAGE_SIZE);
  for (const index of [2, 0, 1]) replica.fill(pageAt(index, 0, []));
  return replica;
}

class Feed {
  seq = 0;
  readonly changes: readonly Change[];
  constructor(changes: readonly Change[]) {
    this.changes = changes;
  }
  change(seq: number): Change | undefined {
    return this.changes[seq - 1];
  }
}

test("pages fill the replica in any order; rows and missing pages are counted", () => {
  const replica = new Replica(ROWS, PAGE_SIZE);
  expect(pageCount(ROWS, PAGE_SIZE)).toBe(3);
  replica.fill(pageAt(2, 0, []));
  expect([replica.rows, replica.missingPages]).toEqual([5, 2]);
  const whole = filled();
  expect([whole.rows, whole.missingPages]).toEqual([ROWS, 0]);
  for (let index = 0; index < ROWS; index += 1)
    expect(whole.columns.row(index)).toEqual(flight(index));
});

const changes = fc.array(fc.tuple(fc.nat(ROWS - 1), fc.integer({ min: -30, max: 300 })), {
  minLength: 1,
  maxLength: 40,
});

test("true pages pass, however far ahead of the feed they are or behind it", () => {
  const scripts = fc.array(fc.record({ index: fc.nat(2), seq: fc.nat(40), feed: fc.nat(40) }));
  fc.assert(
    fc.property(changes, scripts, (changes, script) => {
      const feed = new Feed(changes);
      const audit = new PageAudit(filled().columns, PAGE_SIZE, feed);
      for (const { index, seq, feed: reached } of script) {
        feed.seq = Math.max(feed.seq, Math.min(reached, changes.length));
        audit.advanced();
        audit.take(index, pageAt(index, Math.min(seq, changes.length), changes));
      }
      feed.seq = changes.length;
      audit.advanced();
      expect(audit.counts).toEqual({ checked: script.length, wrong: 0, waiting: 0 });
    }),
  );
});

test("a page that differs in one field, or in its length, is found", () => {
  fc.assert(
    fc.property(changes, fc.nat(2), fc.nat(4), fc.nat(5), (changes, index, row, field) => {
      const feed = new Feed(changes);
      feed.seq = changes.length;
      const audit = new PageAudit(filled().columns, PAGE_SIZE, feed);
      audit.advanced();
      const page = pageAt(index, changes.length, changes);
      const rows = page.rows.map((one) => [...one]);
      const victim = rows[row] ?? [];
      if (field === 5) rows.pop();
      else victim[field] = typeof victim[field] === "number" ? victim[field] + 1 : "XXX";
      audit.take(index, { ...page, rows: rows as unknown as FlightRow[] });
      expect(audit.counts).toEqual({ checked: 1, wrong: 1, waiting: 0 });
    }),
  );
});

test("a page other than the one asked for is wrong, and one that stays ahead of the feed is not passed", () => {
  const feed = new Feed([]);
  const audit = new PageAudit(filled().columns, PAGE_SIZE, feed);
  audit.take(0, pageAt(1, 0, []));
  expect(audit.counts.wrong).toBe(1);
  audit.take(0, { ...pageAt(0, 0, []), seq: 1 });
  expect(audit.counts.waiting).toBe(1);
});
