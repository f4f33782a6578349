// The same filters, orders and windows asked of closures and of a database.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { bindFilter } from "../filter/bind.ts";
import { canonical } from "../filter/canonical.ts";
import { FILTER_LIMITS } from "../filter/limits.ts";
import type { BoundFilter } from "../filter/filter.ts";
import { matcher } from "../filter/matcher.ts";
import {
  EVERY_TYPE as table,
  EVERY_TYPE_DDL,
  insert,
  insertedRows,
} from "../fixtures/every-type.ts";
import type { TextDatabase } from "../fixtures/text-database.ts";
import { filters, inOtherWords, orders } from "../fixtures/questions.ts";
import { ChangeIndex } from "../matching/change-index.ts";
import { bindOrder } from "../order/bind.ts";
import { positionOf, positionOrder, rowOrder } from "../order/compare.ts";
import { countQuery, halfQuery, rowQuery, type Query } from "../query/page-query.ts";
import type { Row } from "../row.ts";

const EVERYTHING = bindFilter(["and"], table);
const QUESTIONS = 5;
const UNBOUNDED = { ...FILTER_LIMITS, depth: 100, conditions: 10_000, total: Infinity };

/** @param open makes an empty database under the settings that `row.ts` names. */
export function pagesAgree(open: () => Promise<TextDatabase>): void {
  // A failure is made small before it is shown, and each try asks the database again.
  vi.setConfig({ testTimeout: 180_000 });

  let database: TextDatabase;
  beforeAll(async () => {
    database = await open();
    for (const statement of EVERY_TYPE_DDL) await database.run(statement, []);
  });
  afterAll(() => database.close());

  const run = ({ sql, parameters }: Query): Promise<readonly Row[]> =>
    database.run(sql, parameters);

  /** Asks of rows that nobody else sees, and that are gone afterwards. */
  async function withRows(
    inserted: readonly Row[],
    ask: (rows: readonly Row[]) => Promise<void>,
  ): Promise<void> {
    await database.run("BEGIN", []);
    try {
      await ask(await insert(database.run, inserted));
    } finally {
      await database.run("ROLLBACK", []);
    }
  }

  const forAll = async (
    ask: (rows: readonly Row[], draw: fc.GeneratorValue) => Promise<void>,
  ): Promise<void> => {
    await fc.assert(
      fc.asyncProperty(insertedRows, fc.gen(), (inserted, draw) =>
        withRows(inserted, (rows) => ask(rows, draw)),
      ),
      { numRuns: 50, interruptAfterTimeLimit: 100_000 },
    );
  };

  test("a filter keeps the rows that WHERE keeps", async () => {
    await forAll(async (rows, draw) => {
      for (let question = 0; question < QUESTIONS; question++) {
        const filter = bindFilter(
          draw(() => filters(rows)),
          table,
        );
        const order = bindOrder([], table);
        const kept = await run(
          halfQuery({ table, filter, order, anchor: "start", side: "after", limit: 100 }),
        );
        expect(rows.filter(matcher(filter, table)).toSorted(rowOrder(order, table))).toEqual(kept);
        const count = kept.length;
        expect(await run(countQuery({ table, filter }, 3))).toEqual([[String(Math.min(count, 4))]]);
      }
    });
  });

  test("an index leads a change to the filters that keep its old or its new row", async () => {
    await forAll((rows, draw) => {
      const index = new ChangeIndex<number>(table);
      const known = new Map<number, BoundFilter>();
      for (let step = 0; step < 30; step++) {
        const item = draw(() => fc.nat(19));
        if (draw(() => fc.nat(3)) === 0) {
          index.delete(item);
          known.delete(item);
          continue;
        }
        const filter = bindFilter(
          draw(() => filters(rows)),
          table,
        );
        index.set(item, filter);
        known.set(item, filter);
      }
      for (let question = 0; question < QUESTIONS; question++) {
        const before = draw(() => fc.constantFrom(undefined, ...rows));
        const after = draw(() => fc.constantFrom(undefined, ...rows));
        const led: number[] = [];
        index.visit(before, after, (item) => led.push(item));
        const kept = [...known].filter(([, filter]) =>
          [before, after].some((row) => row !== undefined && matcher(filter, table)(row)),
        );
        expect(new Set(led)).toEqual(new Set(kept.map(([item]) => item)));
      }
      return Promise.resolve();
    });
  });

  test("filters with the same canonical form keep the same rows", async () => {
    await forAll(async (rows, draw) => {
      const keptBy = new Map<string, readonly Row[]>();
      for (let question = 0; question < QUESTIONS; question++) {
        const filter = draw(() => filters(rows));
        const other = draw(() => inOtherWords(filter));
        const bound = [filter, other].map((one) => bindFilter(one, table, UNBOUNDED));
        const [text, same] = bound.map((one) => canonical(one, table));
        expect(same).toBe(text);
        for (const one of bound) {
          const kept = rows.filter(matcher(one, table));
          expect(keptBy.get(text ?? "") ?? kept).toEqual(kept);
          keptBy.set(text ?? "", kept);
        }
      }
    });
  });

  test("an order sorts as ORDER BY does", async () => {
    await forAll(async (rows, draw) => {
      for (let question = 0; question < QUESTIONS; question++) {
        const order = bindOrder(
          draw(() => orders),
          table,
        );
        const page = { table, filter: EVERYTHING, order, limit: 100 };
        const sorted = rows.toSorted(rowOrder(order, table));
        expect(await run(halfQuery({ ...page, anchor: "start", side: "after" }))).toEqual(sorted);
        expect(await run(halfQuery({ ...page, anchor: "end", side: "before" }))).toEqual(
          sorted.toReversed(),
        );
      }
    });
  });

  test("a half of a window begins at its anchor and ends at its limit", async () => {
    await forAll(async (rows, draw) => {
      for (let question = 0; question < QUESTIONS; question++) {
        const filter = bindFilter(
          draw(() => filters(rows)),
          table,
        );
        const order = bindOrder(
          draw(() => orders),
          table,
        );
        const limit = draw(() => fc.nat(6));
        // Its row may be one that the filter does not keep: the anchor stays when its row goes.
        const anchor = positionOf(
          draw(() => fc.constantFrom(...rows)),
          order,
        );
        const compare = positionOrder(order, table);
        const kept = rows.filter(matcher(filter, table)).toSorted(rowOrder(order, table));
        const page = { table, filter, order, anchor, limit };
        expect(await run(halfQuery({ ...page, side: "after" }))).toEqual(
          kept.filter((row) => compare(row, anchor) >= 0).slice(0, limit),
        );
        expect(await run(halfQuery({ ...page, side: "before" }))).toEqual(
          kept
            .filter((row) => compare(row, anchor) < 0)
            .toReversed()
            .slice(0, limit),
        );
      }
    });
  });

  test("a row is found by its key, if the filter keeps it", async () => {
    await forAll(async (rows, draw) => {
      const row = draw(() => fc.constantFrom(...rows));
      const filter = bindFilter(
        draw(() => filters(rows)),
        table,
      );
      const key = table.key.map((place) => row[place] ?? "");
      const found = matcher(filter, table)(row) ? [row] : [];
      expect(await run(rowQuery({ table, filter }, key))).toEqual(found);
    });
  });

  test("the start has nothing before it, the end nothing behind it", async () => {
    await withRows([], async () => {
      const page = { table, filter: EVERYTHING, order: bindOrder([], table), limit: 5 };
      expect(await run(halfQuery({ ...page, anchor: "start", side: "before" }))).toEqual([]);
      expect(await run(halfQuery({ ...page, anchor: "end", side: "after" }))).toEqual([]);
    });
  });
}
