import { expect, test } from "vitest";
import { BadParamsError, parseConnectParams } from "./connect-params.ts";

test.each([
  ["", {}],
  ["user=1&token=x%20y+z", { user: "1", token: "x y z" }],
  ["a=1&a=2", { a: "2" }],
  ["a[b]=c&a[d][e]=f", { a: { b: "c", d: { e: "f" } } }],
  ["l[]=1&l[]=2", { l: ["1", "2"] }],
  ["l[][a]=1&l[][a]=2", { l: [{ a: "1" }, { a: "2" }] }],
  ["a=1&a[b]=2", { a: { b: "2" } }],
  ["a[b]=2&a=1", { a: "1" }],
  ["l[]=1&l[k]=2", { l: { k: "2" } }],
  ["flag&empty=&&=x", { flag: "", empty: "", "": "x" }],
  ["[a]=1&b]=2&c[=3", { "[a]": "1", "b]": "2", "c[": "3" }],
  ["a%5Bb%5D=c", { a: { b: "c" } }],
])("%s", (query, expected) => {
  expect(JSON.parse(JSON.stringify(parseConnectParams(query)))).toEqual(expected);
});

test("keys reach no prototype", () => {
  const params = parseConnectParams(
    "__proto__[polluted]=1&constructor[prototype][polluted]=1&a[__proto__][polluted]=1",
  );
  expect(Object.getPrototypeOf(params)).toBeNull();
  expect(Object.hasOwn(params, "__proto__")).toBe(true);
  expect(Reflect.get({}, "polluted")).toBeUndefined();
});

test.each([
  ["too many parameters", "a=1&".repeat(1_001)],
  ["too deep", `a${"[b]".repeat(40)}=1`],
  ["not percent-encoded UTF-8", "a=%ff"],
])("%s", (_name, query) => {
  expect(() => parseConnectParams(query)).toThrow(BadParamsError);
});
