// Partial matching: what fits, what does not, and what a failure says about it.
import fc from "fast-check";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { difference } from "./pattern.ts";
import { print } from "./print.ts";

const fits = (pattern: unknown, value: unknown): boolean => difference(pattern, value) === null;

describe("any JSON value", () => {
  const json = fc.jsonValue({ maxDepth: 4 });

  test("fits itself, and what has more members than it", () => {
    fc.assert(
      fc.property(json, fc.dictionary(fc.string(), json), (value, more) => {
        expect(difference(value, value)).toBeNull();
        const wrapped = { value };
        expect(difference(wrapped, { ...more, value })).toBeNull();
        expect(difference({ deep: wrapped }, { deep: { ...more, value }, other: 1 })).toBeNull();
      }),
    );
  });

  test("fits no other: where a member was changed, the difference names the place", () => {
    fc.assert(
      fc.property(fc.array(json, { minLength: 1 }), fc.nat(), (values, choice) => {
        const place = choice % values.length;
        const changed = values.map((value, index) => (index === place ? { was: value } : value));
        const found = difference({ list: changed }, { list: values }, "payload");
        expect(found).toContain(`payload.list[${place}]`);
      }),
    );
  });

  test("does not fit as a pattern of what lacks its members", () => {
    fc.assert(
      fc.property(fc.string(), json, (key, value) => {
        expect(fits({ [key]: { value } }, {})).toBe(false);
        expect(fits({ [key]: { value } }, null)).toBe(false);
        expect(fits({ [key]: { value } }, [])).toBe(false);
      }),
    );
  });
});

describe("more than values", () => {
  test.each([
    ["a RegExp", /^a.c$/, "abc", "abcd"],
    ["a sticky, global RegExp", /b/gy, "bab", "ac"],
    ["a RegExp of a number", /1/, "1", 1],
    ["a function", (value: number) => value > 2, 3, 2],
    ["a matcher of the runner's", expect.any(Number), 1, "1"],
    ["a matcher inside", { id: expect.stringMatching(/^x/) }, { id: "xy", more: 1 }, { id: "y" }],
    ["an array", [1, /a/], [1, "a"], [1, "a", 2]],
    ["a shorter array", [1, 2], [1, 2], [1]],
    ["bytes", Uint8Array.of(1, 2), Uint8Array.of(1, 2), Uint8Array.of(1, 3)],
    ["bytes of another kind", Uint8Array.of(1, 2).buffer, Uint8Array.of(1, 2), [1, 2]],
    ["a date, as it travels", new Date(0), "1970-01-01T00:00:00.000Z", "1970-01-01"],
    ["undefined: not there", { a: undefined }, { b: 1 }, { a: null }],
    ["NaN", NaN, NaN, null],
    ["an object is no array", { 0: "a" }, { 0: "a" }, ["a"]],
    ["inherited members do not count", { toString: expect.any(Function) }, { toString() {} }, {}],
  ])("%s", (_, pattern, good, bad) => {
    expect(difference(pattern, good)).toBeNull();
    expect(difference(pattern, bad)).not.toBeNull();
  });

  test.each([
    ["an async function", { tags: async () => false }],
    ["an async function that fails", { tags: async () => Promise.reject(new Error("no")) }],
    ["a function that returns a thenable", { tags: () => ({ then: () => {} }) }],
    ["an async matcher", { tags: { asymmetricMatch: async () => false } }],
  ])("%s is refused: a promise is truthy", (_, pattern) => {
    expect(() => difference(pattern, { tags: 1 }, "payload")).toThrow(
      /^The pattern at payload\.tags \(.*\) returned a promise/,
    );
    expect(() => difference(pattern.tags, 1)).toThrow(TypeError);
  });

  class OnlyGetters {
    get y(): number {
      return 2;
    }
  }
  test.each([
    ["Map", new Map([["y", 2]])],
    ["Set", new Set(["y"])],
    ["Promise", Promise.resolve({ y: 2 })],
    ["Error", new Error("y")],
    ["OnlyGetters", new OnlyGetters()],
  ])("a %s has no JSON form, and is refused whatever comes", (name, tags) => {
    for (const value of [{ tags: { x: 1 } }, { tags: [] }, { tags: 1 }, {}]) {
      expect(() => difference({ tags }, value, "payload")).toThrow(
        `The pattern at payload.tags is an object of the class ${name} without a JSON form`,
      );
    }
  });

  test("an object of a class is what it is in JSON, and empty ones of any realm are plain", () => {
    class Point {
      x = 1;
      get y(): number {
        return 2;
      }
    }
    expect(fits(new Point(), { x: 1 })).toBe(true);
    expect(fits(new Point(), { x: 2 })).toBe(false);
    expect(fits(Object.create(null), { x: 1 })).toBe(true);
    expect(fits(runInNewContext("({})"), { x: 1 })).toBe(true);
  });

  test("a sticky RegExp fits each time", () => {
    const pattern = /a/gy;
    expect([fits(pattern, "a"), fits(pattern, "a"), fits(pattern, "a")]).toEqual([
      true,
      true,
      true,
    ]);
  });

  test("__proto__ from the wire is a member like any other", () => {
    const value: unknown = JSON.parse('{"__proto__":{"admin":true}}');
    expect(fits({ admin: true }, value)).toBe(false);
    expect(fits(value, value)).toBe(true);
    expect(fits(value, {})).toBe(false);
  });
});

describe("what a failure prints", () => {
  test.each([
    [{ a: 1, "odd key": ["x", null, true] }, '{ a: 1, "odd key": ["x", null, true] }'],
    [[], "[]"],
    [{}, "{}"],
    [/a/g, "/a/g"],
    [Uint8Array.of(1, 255), "<2 bytes: 01 ff>"],
    [expect.any(Number), "Any<Number>"],
    [(value: unknown) => value, "what a function accepts"],
    [undefined, "undefined"],
    [10n, "10n"],
    [Symbol("s"), "Symbol(s)"],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
    [{ asymmetricMatch: () => true, __proto__: null }, "a matcher"],
  ])("%o", (value, printed) => {
    expect(print(value)).toBe(printed);
  });

  test("it is short, whatever comes", () => {
    const deep: unknown = JSON.parse("[".repeat(5_000) + "]".repeat(5_000));
    const wide = Object.fromEntries(
      Array.from({ length: 5_000 }, (_, n) => [`key${n}`, "x".repeat(99)]),
    );
    for (const value of [deep, wide, "x".repeat(100_000), new Uint8Array(100_000)]) {
      expect(print(value).length).toBeLessThan(510);
    }
  });

  test("where it differs", () => {
    expect(
      difference({ a: { "b c": [1, { d: 2 }] } }, { a: { "b c": [1, { d: 3 }] } }, "payload"),
    ).toBe('at payload.a["b c"][1].d expected 2, got 3');
    expect(difference("a", "b")).toBe('expected "a", got "b"');
  });
});
