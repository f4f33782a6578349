// Filters from outside: what is taken, what is refused and with which words.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidFilterError } from "../errors.ts";
import { FLIGHTS } from "../fixtures/flights.ts";
import { bindFilter } from "./bind.ts";
import { FILTER_LIMITS } from "./limits.ts";

const bind = (filter: unknown): unknown => bindFilter(filter, FLIGHTS);

function refusal(filter: unknown, limits = FILTER_LIMITS): string {
  try {
    bindFilter(filter, FLIGHTS, limits);
  } catch (error) {
    if (error instanceof InvalidFilterError) return error.message;
    throw error;
  }
  throw new Error("It was taken.");
}

describe("a filter that makes sense", () => {
  test("has its columns by their places and its values as PostgreSQL writes them", () => {
    expect(
      bind([
        "and",
        ["eq", "gate", "A1"],
        ["or", ["gt", "delay", 15], ["not", ["in", "status", ["gone"]]]],
        ["gte", "departs", "2026-11-26T09:30:00+02:00"],
      ]),
    ).toEqual({
      op: "and",
      of: [
        { op: "eq", column: 1, value: "A1" },
        {
          op: "or",
          of: [
            { op: "gt", column: 2, value: "15" },
            { op: "not", of: { op: "in", column: 5, values: ["gone"] } },
          ],
        },
        { op: "gte", column: 4, value: "2026-11-26 07:30:00+00" },
      ],
    });
  });

  test("between is both its ends", () => {
    expect(bind(["between", "fare", "10", 20])).toEqual({
      op: "and",
      of: [
        { op: "gte", column: 3, value: "10" },
        { op: "lte", column: 3, value: "20" },
      ],
    });
  });

  test("json can be asked whether it is null", () => {
    expect(bind(["isNotNull", "notes"])).toEqual({ op: "not", of: { op: "isNull", column: 6 } });
  });
});

describe("a filter that makes none is told where and why", () => {
  test.each([
    [undefined, 'where: a filter is an array such as ["eq", "gate", "A1"], and not nothing.'],
    [{}, 'where: a filter is an array such as ["eq", "gate", "A1"], and not an object.'],
    [["and", ["eq", "gate", "A1"], "x"], /^where\[2\]: a filter is an array .* not this string\.$/],
    [["__proto__", "gate", 1], /^where\[0\]: a filter begins with one of and, or, not/],
    [["eq", "hasOwnProperty", 1], "where[1]: there is no such column to filter by."],
    [["eq", ["gate"], 1], "where[1]: a column's name belongs here, and not an array."],
    [["eq", "gate"], "where: this has 2 elements, and should have 3."],
    [["eq", "gate", null], "where[2]: nothing equals null; use isNull or isNotNull."],
    [["eq", "notes", "{}"], "where[1]: jsonb cannot be filtered by eq."],
    [["prefix", "delay", "1"], "where[1]: integer cannot be filtered by prefix."],
    [
      ["or", ["in", "delay", [1, 2, 2 ** 31]]],
      "where[1][2][2]: integer takes a whole number from -2147483648 to 2147483647, and not this number.",
    ],
    [["in", "delay", 5], "where[2]: an array of values belongs here, and not this number."],
    [["eq", "gate", "a\0"], /^where\[2\]: text takes a string without U\+0000/],
    [["contains", "gate", "\ud800"], /^where\[2\]: a text to look for takes a string without/],
    [["eq", "status", "nowhere"], /^where\[2\]: status takes one of "planned", "boarding", "gone"/],
  ])("%j", (filter, message) => {
    expect(refusal(filter)).toMatch(message);
  });
});

describe("a filter is bounded", () => {
  const nested = (depth: number): unknown =>
    depth === 1 ? ["isNull", "gate"] : ["not", nested(depth - 1)];

  test("in how deep it is", () => {
    expect(bind(nested(FILTER_LIMITS.depth))).toBeDefined();
    expect(refusal(nested(FILTER_LIMITS.depth + 1))).toMatch(/10 deep, and no deeper\.$/);
    expect(refusal(nested(5_000))).toMatch(/10 deep, and no deeper\.$/);
  });

  test("in how many conditions it has", () => {
    const many = (count: number): unknown => [
      "and",
      ...Array.from({ length: count - 1 }, () => ["isNull", "gate"]),
    ];
    expect(bind(many(FILTER_LIMITS.conditions))).toBeDefined();
    expect(refusal(many(FILTER_LIMITS.conditions + 1))).toMatch(/100 conditions, and no more\.$/);
    expect(refusal(many(1_000_000))).toMatch(/100 conditions, and no more\.$/);
  });

  test("in its lists and texts", () => {
    const list = Array.from({ length: FILTER_LIMITS.values + 1 }, (_, at) => at);
    expect(refusal(["in", "delay", list])).toMatch(/500 values, and no more\.$/);
    const text = "x".repeat(FILTER_LIMITS.text + 1);
    expect(refusal(["eq", "gate", text])).toMatch(/1000 UTF-16 code units, and no more\.$/);
    expect(refusal(["prefix", "gate", text])).toMatch(/1000 UTF-16 code units, and no more\.$/);
    const texts = (length: number): unknown => [
      "or",
      ...Array.from({ length: 8 }, () => ["in", "gate", Array<string>(8).fill("x".repeat(length))]),
    ];
    expect(bind(texts(512))).toBeDefined();
    expect(refusal(texts(513))).toMatch(
      /^where\[8\]\[2\]\[7\]: .* 32768 UTF-16 code units together/,
    );
  });

  test("in the columns that it may name, and is not told that there are others", () => {
    const limits = { ...FILTER_LIMITS, columns: new Set(["gate"]) };
    expect(bindFilter(["eq", "gate", "A1"], FLIGHTS, limits)).toBeDefined();
    expect(refusal(["eq", "delay", 1], limits)).toBe(refusal(["eq", "nowhere", 1], limits));
  });
});

test("whatever comes is a filter or an InvalidFilterError", () => {
  const words = fc.constantFrom("and", "or", "not", "eq", "in", "between", "isNull", "prefix");
  const names = fc.constantFrom("id", "gate", "delay", "fare", "notes", "__proto__", "constructor");
  const nearly = fc.letrec((tie) => ({
    filter: fc.array(fc.oneof({ maxDepth: 4 }, words, names, tie("value"), tie("filter")), {
      maxLength: 5,
    }),
    value: fc.oneof(fc.jsonValue(), fc.string({ unit: "binary" }), fc.double(), fc.bigInt()),
  }));
  fc.assert(
    fc.property(fc.oneof(nearly.filter, fc.anything()), (filter) => {
      try {
        bindFilter(filter, FLIGHTS);
      } catch (error) {
        if (!(error instanceof InvalidFilterError)) throw error;
      }
    }),
    { numRuns: 2_000 },
  );
});
