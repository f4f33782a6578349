// Where rows stand in a list, over whatever may happen to the window and to the rows.
import fc from "fast-check";
import { expect, test } from "vitest";
import { PageBreaks } from "./page-breaks.ts";
import { positionColumns, valuesOf } from "./list-order.ts";
import { EMPTY_SPACE, spaceAround, spaceAt, type KnownRows, type ListSpace } from "./list-space.ts";
import { wish } from "./list-wish.ts";

const LIMITS = { lead: 7, tail: 3, maxPlace: 60 };
const LAST = 100;
const idOf = (row: number): string => `${row}`;

/** The rows from one number on, of those from 0 to LAST. */
function known(from: number, count: number): KnownRows<number> {
  const rows = Array.from({ length: count }, (_, at) => from + at).filter((row) => row <= LAST);
  return { rows, hasPrevious: from > 0, hasNext: (rows.at(-1) ?? LAST) < LAST };
}

function checkSpace(
  space: ListSpace<number>,
  { rows, hasPrevious, hasNext }: KnownRows<number>,
): void {
  expect(space.rows).toBe(rows);
  // There is room above if and only if there are rows above, and the same below.
  expect(space.first > 0).toBe(hasPrevious);
  expect(space.length > space.first + rows.length).toBe(hasNext);
  expect(space.first).toBeLessThanOrEqual(LIMITS.maxPlace);
}

const window = fc.tuple(fc.nat(LAST), fc.integer({ min: 1, max: 30 }));

test("rows that are looked at stay where they are, but for what everything moves by", () => {
  fc.assert(
    fc.property(
      fc.array(window, { minLength: 2 }),
      fc.nat(29),
      fc.nat(10),
      (windows, at, height) => {
        let space = EMPTY_SPACE as ListSpace<number>;
        for (const [index, [from, count]] of windows.entries()) {
          const now = known(from, count);
          if (index === 0) {
            space = spaceAt(now, from, { moved: 0, extent: 0 }, LIMITS);
            checkSpace(space, now);
            continue;
          }
          const top = space.first + Math.min(at, space.rows.length - 1);
          const seen = { from: top, to: top + height };
          const before = space;
          space = spaceAround(before, now, seen, idOf, undefined, LIMITS);
          checkSpace(space, now);
          const isTop = seen.from === 0 && before.first === 0 && !now.hasPrevious;
          if (isTop) continue;
          const looked = before.rows.slice(top - before.first, top - before.first + height + 1);
          for (const row of looked.filter((row) => now.rows.includes(row))) {
            const was = before.first + before.rows.indexOf(row);
            const is = space.first + space.rows.indexOf(row);
            expect(is - was).toBe(space.moved - before.moved);
          }
        }
      },
    ),
  );
});

test("a row that leaves its place takes nobody with it", () => {
  const before = spaceAt(known(10, 10), 20, { moved: 0, extent: 0 }, LIMITS);
  // 12 has become the last one.
  const rows = [10, 11, 13, 14, 15, 16, 17, 18, 19, 12];
  const now = { rows, hasPrevious: true, hasNext: true };
  const space = spaceAround(before, now, { from: 22, to: 26 }, idOf, undefined, LIMITS);
  // Of those that are looked at, 13 to 16 stand still.
  expect(space.first + rows.indexOf(13)).toBe(23);
});

test("what most of the rows that are looked at say counts, whichever of them speaks first", () => {
  const before = spaceAt(known(10, 10), 20, { moved: 0, extent: 0 }, LIMITS);
  // 14 has become the first one.
  const rows = [14, 10, 11, 12, 13, 15, 16, 17, 18, 19];
  const now = { rows, hasPrevious: true, hasNext: true };
  const space = spaceAround(before, now, { from: 23, to: 29 }, idOf, undefined, LIMITS);
  for (const row of [15, 16, 17, 18, 19]) {
    expect(space.first + rows.indexOf(row)).toBe(10 + row);
  }
});

test("what is asked for brings every place into view, in few steps, and no more rows than may be", () => {
  const limits = { maxRows: 30, step: 10 };
  fc.assert(
    fc.property(fc.array(fc.nat(200), { maxLength: 10 }), (looks) => {
      let now = known(0, 20);
      let space = spaceAt(now, 0, { moved: 0, extent: 0 }, LIMITS);
      for (const look of looks) {
        const from = Math.min(look, Math.max(0, space.length - 5));
        let seen = { from, to: from + 4 };
        for (let steps = 0; ; steps += 1) {
          const wanted = wish(space, now, seen, limits);
          if (wanted === null) break;
          expect(steps).toBeLessThan(20);
          const [first = 0] = now.rows;
          if (wanted.type === "next") now = known(first, now.rows.length + wanted.count);
          else if (wanted.type === "previous") {
            const start = Math.max(0, first - wanted.count);
            now = known(start, now.rows.length + first - start);
          } else {
            // The row at a place is known of, as it is by a page break.
            const row = first + wanted.place - space.first;
            const start = Math.min(Math.max(0, row - wanted.limit / 2), LAST);
            now = known(start, Math.min(row, LAST) - start + wanted.limit / 2);
          }
          expect(now.rows.length).toBeLessThanOrEqual(limits.maxRows);
          const { moved } = space;
          const otherwise = { ...space, first: space.first + (now.rows[0] ?? 0) - first };
          space = spaceAround(space, now, seen, idOf, otherwise, { ...LIMITS, maxPlace: 1_000 });
          const down = space.moved - moved;
          seen = { from: seen.from + down, to: seen.to + down };
        }
        const isKnown = (place: number): boolean => space.rows[place - space.first] !== undefined;
        for (let place = seen.from; place <= Math.min(seen.to, space.length - 1); place += 1) {
          expect(isKnown(place)).toBe(true);
        }
      }
    }),
  );
});

test("page breaks are those of the places, wherever everything has moved, and are bounded", () => {
  const breaks = new PageBreaks(10);
  expect(breaks.nearest(5)).toBeNull();
  breaks.note(spaceAt(known(0, 30), 0, { moved: 0, extent: 0 }, LIMITS), (row) => [row]);
  expect(breaks.nearest(19)).toMatchObject({ place: 10, position: [10] });
  expect(breaks.nearest(1_000)).toMatchObject({ place: 20, position: [20] });
  // Everything has moved down by 5, and what is known now is told anew.
  const { rows } = known(50, 10);
  breaks.note({ rows, first: 55, length: 80, moved: 5, isCounted: false }, (row) => [row]);
  expect(breaks.nearest(16)).toMatchObject({ place: 15, position: [10] });
  expect(breaks.nearest(64)).toMatchObject({ place: 60, position: [55] });
  for (let first = 0; first < 200_000; first += 1_000) {
    const rows = Array.from({ length: 1_000 }, (_, at) => first + at);
    const length = first + 1_000;
    breaks.note({ rows, first, length, moved: 5, isCounted: false }, (row) => [row]);
  }
  const [place = 0] = (breaks.nearest(100_000)?.position ?? []) as number[];
  expect(100_000 - place).toBeLessThan(200);
});

test("a position has the order's columns as far as they count, and the key's", () => {
  const by = (...columns: string[]) => columns.map((column) => ({ column }));
  expect(positionColumns(by("delay"), ["id"])).toEqual(["delay", "id"]);
  expect(positionColumns(by("delay", "id"), ["id"])).toEqual(["delay", "id"]);
  expect(positionColumns(by("id", "delay"), ["id"])).toEqual(["id"]);
  expect(positionColumns(by("b", "a"), ["a", "c"])).toEqual(["b", "a", "c"]);
  expect(valuesOf({ id: 7, delay: null }, ["delay", "id", "toString"])).toEqual([null, 7, null]);
});
