// What clients get and may give, type by type; src/agreement asks PostgreSQL about the rest.
import { describe, expect, test } from "vitest";
import { InvalidValueError } from "../errors.ts";
import { typeOf } from "../fixtures/flights.ts";
import { columnType } from "./column-types.ts";

describe("what clients get", () => {
  test.each([
    ["boolean", "t", true],
    ["integer", "-5", -5],
    ["bigint", "9007199254740993", "9007199254740993"],
    ["numeric(10,2)", "1.00", "1.00"],
    ["real", "1e-45", 1e-45],
    ["double precision", "NaN", "NaN"],
    ["character", "A1   ", "A1"],
    ["date", "0044-03-15 BC", "-000043-03-15"],
    ["date", "0001-12-31 BC", "0000-12-31"],
    ["date", "10000-01-01", "+010000-01-01"],
    ["date", "5874897-12-31", "+5874897-12-31"],
    ["date", "-infinity", "-infinity"],
    ["timestamp without time zone", "2026-11-26 07:30:00.5", "2026-11-26T07:30:00.5"],
    ["timestamp with time zone", "2026-11-26 07:30:00+00", "2026-11-26T07:30:00Z"],
    ["timestamp with time zone", "0044-03-15 07:30:00+00 BC", "-000043-03-15T07:30:00Z"],
    ["jsonb", '{"a": [1.0, null]}', { a: [1, null] }],
    ["integer[]", "{1,NULL,-2}", [1, null, -2]],
    ["integer[]", "[0:1][5:5]={{1},{2}}", [[1], [2]]],
    ["integer[]", "{}", []],
    ["bigint[]", "{9007199254740993}", ["9007199254740993"]],
    ["boolean[]", "{t,f}", [true, false]],
    ["date[]", '{"0044-03-15 BC"}', ["-000043-03-15"]],
    ["jsonb[]", '{"null","{\\"a\\": [1]}"}', [null, { a: [1] }]],
    ["mood[]", "{sad,happy}", ["sad", "happy"]],
    ["box[]", "{(2,2),(1,1);(4,4),(3,3)}", "{(2,2),(1,1);(4,4),(3,3)}"],
    ["interval", "1 day", "1 day"],
  ])("%s %s", (name, text, json) => {
    expect(typeOf(name).toJson(text)).toEqual(json);
  });

  test("json that is too deep to be written again comes as its text", () => {
    const nested = (depth: number): string => '{"[":[1,'.repeat(depth) + "2" + "]}".repeat(depth);
    const toJson = (text: string): unknown => typeOf("json").toJson(text);
    expect(JSON.stringify(toJson(nested(250)))).toBe(nested(250));
    expect(toJson(nested(251))).toBe(nested(251));
    expect(toJson("[".repeat(100_000))).toBe("[".repeat(100_000));
    expect(toJson(`"${"[".repeat(2_000)}"`)).toBe("[".repeat(2_000));
  });

  test("json does not reach a prototype", () => {
    const json = typeOf("json").toJson('{"__proto__": {"polluted": 1}}');
    expect(Object.getPrototypeOf(json)).toBe(Object.prototype);
    expect(Object.keys(json as object)).toEqual(["__proto__"]);
  });
});

describe("what clients may give", () => {
  test.each([
    ["bigint", 5, "5"],
    ["bigint", "-9223372036854775808", "-9223372036854775808"],
    ["bigint", "+007", "7"],
    ["numeric", 1e21, "1000000000000000000000"],
    ["numeric", "-0.00", "0"],
    ["numeric", ".5e1", "5"],
    ["numeric", "5.", "5"],
    ["numeric", "1e-5", "0.00001"],
    ["real", 0.1, String(Math.fround(0.1))],
    ["real", 16_777_217, "16777216"],
    ["double precision", "-Infinity", "-Infinity"],
    ["uuid", "123E4567-E89B-12D3-A456-426614174000", "123e4567-e89b-12d3-a456-426614174000"],
    ["bytea", "\\xFF00", "\\xff00"],
    ["date", "-000043-03-15", "0044-03-15 BC"],
    ["date", "2024-02-29", "2024-02-29"],
    ["time without time zone", "07:30", "07:30:00"],
    ["timestamp without time zone", "2026-11-26T07:30:00.500", "2026-11-26 07:30:00.5"],
    ["timestamp with time zone", "2026-01-01T00:30:00+01:00", "2025-12-31 23:30:00+00"],
    ["timestamp with time zone", "2025-12-31T23:30-0100", "2026-01-01 00:30:00+00"],
  ])("%s %j", (name, value, text) => {
    expect(typeOf(name).fromJson(value)).toBe(text);
  });
});

describe("what clients may not give", () => {
  test.each([
    ["boolean", "true"],
    ["integer", 1.5],
    ["integer", "1"],
    ["smallint", 32_768],
    ["bigint", 2 ** 53],
    ["bigint", "9223372036854775808"],
    ["bigint", "1e3"],
    ["bigint", "9".repeat(100_000)],
    ["numeric", "1e1001"],
    ["numeric", "1e99999"],
    ["numeric", "1".repeat(1_001)],
    ["numeric", `0.${"1".repeat(1_001)}`],
    ["numeric", ""],
    ["numeric", "."],
    ["numeric", "0x10"],
    ["numeric", "1_000"],
    ["numeric", "nan"],
    ["numeric", Number.NaN],
    ["real", 1e39],
    ["double precision", "1"],
    ["text", 5],
    ["text", "a\0b"],
    ["text", "\ud83d"],
    ["uuid", "{123e4567-e89b-12d3-a456-426614174000}"],
    ["bytea", "\\x0"],
    ["date", "2026-02-29"],
    ["date", "2026-13-01"],
    ["date", "2026-00-10"],
    ["date", "26-01-01"],
    ["date", "+5874898-01-01"],
    ["date", "-004713-11-23"],
    ["date", "now"],
    ["time without time zone", "24:00:01"],
    ["time without time zone", "07:60"],
    ["time without time zone", "07:30:60"],
    ["time without time zone", "07:30:00.1234567"],
    ["timestamp without time zone", "2026-11-26T07:30:00Z"],
    ["timestamp without time zone", "+294277-01-01T00:00:00"],
    ["timestamp with time zone", "2026-11-26T07:30:00"],
    ["timestamp with time zone", "2026-11-26T24:00:00Z"],
    ["timestamp with time zone", "-004713-11-24T00:00:00+01"],
    ["jsonb", "{}"],
    ["integer[]", "{1}"],
    ["integer", null],
    ["integer", {}],
  ])("%s %j", (name, value) => {
    expect(() => typeOf(name).fromJson(value)).toThrow(InvalidValueError);
  });

  test("and is told what the type takes, not what was given", () => {
    expect(() => typeOf("integer").fromJson("secret")).toThrow(
      "integer takes a whole number from -2147483648 to 2147483647, and not this string.",
    );
  });
});

test("types whose texts change by themselves are refused", () => {
  const names = ["money", "regclass", "regtype[]", "money[]"];
  expect(names.map((name) => columnType({ name }))).toEqual(names.map(() => undefined));
  expect(columnType({ name: "price", domainOf: { name: "money" } })).toBeUndefined();
});

test("a domain is the type below it, and filters cast to that", () => {
  const type = typeOf({
    name: "positive",
    sql: '"public"."positive"',
    domainOf: { name: "numeric" },
  });
  expect([type.name, type.sql, type.filters]).toEqual(["positive", "numeric", "order"]);
});
