import { describe, expect, test } from "vitest";
import { PageContent } from "./page-content.ts";
import type { Header } from "./wire.ts";

const header: Header = {
  columns: [
    ["id", "integer"],
    ["name", "text"],
  ],
  key: [0],
  group: "g",
  at: "start",
  before: 0,
  after: 3,
};
const more = [false, true] as const;

function opened(...rows: readonly (readonly [number, string])[]): PageContent {
  const content = new PageContent();
  content.begin(header);
  content.addRows({ version: "e/1", of: rows.length, from: 0, rows, more });
  return content;
}

describe("PageContent", () => {
  test("shows rows when all pieces have come, and what was shown until then", () => {
    const content = opened([1, "one"]);
    const before = content.shown;
    expect(
      content.addRows({
        version: "e/2",
        of: 3,
        from: 0,
        rows: [
          [2, "two"],
          [3, "three"],
        ],
        more,
      }),
    ).toBe(false);
    expect(content.received).toBe(2);
    expect(content.shown).toBe(before);
    expect(content.addRows({ version: "e/2", of: 3, from: 2, rows: [[4, "four"]], more })).toBe(
      true,
    );
    expect(content.shown?.rows.map(({ id }) => id)).toEqual([2, 3, 4]);
    expect(content.shown?.version).toBe("e/2");
  });

  test("applies operations one after another, and keeps the objects of rows that are not mentioned", () => {
    const content = opened([1, "one"], [2, "two"], [3, "three"]);
    const [, two, three] = content.shown?.rows ?? [];
    content.applyBatch({
      version: "e/2",
      more,
      ops: [
        ["r", 0],
        ["m", 1, 0],
        ["i", 2, [4, "four"]],
        ["u", 2, [1, "FOUR"]],
      ],
    });
    expect(content.shown?.rows).toEqual([three, two, { id: 4, name: "FOUR" }]);
    expect(content.shown?.rows[0]).toBe(three);
    expect(content.shown?.rows[1]).toBe(two);
  });

  test("a move may change the row that it moves", () => {
    const content = opened([1, "one"], [2, "two"]);
    content.applyBatch({ version: "e/2", more, ops: [["m", 0, 1, [1, "ONE"]]] });
    expect(content.shown?.rows).toEqual([
      { id: 2, name: "two" },
      { id: 1, name: "ONE" },
    ]);
  });

  test("rows that come anew and are as they were stay the same objects", () => {
    const content = opened([1, "one"], [2, "two"]);
    const [one] = content.shown?.rows ?? [];
    content.addRows({
      version: "e/2",
      of: 2,
      from: 0,
      rows: [
        [1, "one"],
        [2, "TWO"],
      ],
      more,
    });
    expect(content.shown?.rows[0]).toBe(one);
    expect(content.shown?.rows[1]).toEqual({ id: 2, name: "TWO" });
  });

  test("a batch ends what is on its way, and is for what was shown", () => {
    const content = opened([1, "one"]);
    content.addRows({ version: "e/2", of: 2, from: 0, rows: [[7, "seven"]], more });
    content.applyBatch({ version: "e/3", more, ops: [["u", 0, [1, "ONE"]]] });
    expect(content.received).toBeNull();
    expect(content.shown?.rows).toEqual([{ id: 1, name: "ONE" }]);
  });

  test("what a policy took away is no state to come back to, until the page is filled up", () => {
    const content = opened([1, "one"], [2, "two"]);
    content.applyBatch({ version: "e/2", more, partial: true, ops: [["r", 0]] });
    expect(content.shown?.resumable).toBe(false);
    content.applyBatch({ version: "e/3", more, ops: [] });
    expect(content.shown?.resumable).toBe(true);
  });

  test("a column may have any name, and touches no prototype", () => {
    const content = new PageContent();
    content.begin({
      ...header,
      columns: [
        ["__proto__", "text"],
        ["constructor", "text"],
      ],
    });
    content.addRows({ version: "e/1", of: 1, from: 0, rows: [["a", "b"]], more });
    content.applyBatch({ version: "e/2", more, ops: [["u", 0, [0, "c"]]] });
    const [row] = content.shown?.rows ?? [];
    expect(Object.entries(row ?? {})).toEqual([
      ["__proto__", "c"],
      ["constructor", "b"],
    ]);
    expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
  });

  test.each([
    ["a place outside of the page", ["u", 5, [1, "x"]]],
    ["a place that is none", ["r", "0"]],
    ["a column that there is not", ["u", 0, [9, "x"]]],
    ["an operation that there is not", ["x", 0]],
    ["no array", { op: "r" }],
  ])("refuses %s, and shows what it showed", (_, operation) => {
    const content = opened([1, "one"]);
    const { shown } = content;
    expect(() => content.applyBatch({ version: "e/2", more, ops: [operation] })).toThrow(
      RangeError,
    );
    expect(content.shown).toBe(shown);
  });

  test("refuses pieces that do not follow one another", () => {
    const content = opened([1, "one"]);
    expect(() =>
      content.addRows({ version: "e/2", of: 3, from: 1, rows: [[4, "four"]], more }),
    ).toThrow(RangeError);
  });
});
