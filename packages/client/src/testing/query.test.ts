// What a test sees of an attempt is what the client was given: its params, through the query of the
// URL, and its token, through the subprotocols.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tokenProtocols, withQuery } from "../credentials.ts";
import { readAuthToken, readParams } from "./query.ts";

const URL_OF_SOCKET = "ws://slipstream.test/socket/websocket";
const params = (query: string): unknown => readParams(`${URL_OF_SOCKET}?${query}`);
/** Names that a query can hold: an empty one, or one with brackets, means something else. */
const name = fc.string({ minLength: 1 }).filter((text) => !/[[\]]/.test(text) && text !== "vsn");

test("whatever params the client takes are read as they were", () => {
  const scalar = fc.string();
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      scalar,
      fc.array(scalar, { minLength: 1 }),
      fc.dictionary(name, tie("value"), { minKeys: 1, noNullPrototype: false }),
    ),
  }));
  fc.assert(
    fc.property(fc.dictionary(name, value as fc.Arbitrary<never>), (given) => {
      const read = readParams(withQuery(URL_OF_SOCKET, "2.0.0", given));
      expect(JSON.parse(JSON.stringify(read))).toEqual(
        JSON.parse(JSON.stringify({ ...given, vsn: "2.0.0" })),
      );
    }),
  );
});

test.each(["héllo", "a/b+c==", "ÿ".repeat(50), ""])("the token %j", (token) => {
  expect(readAuthToken(tokenProtocols(token))).toBe(token);
  expect(readAuthToken(tokenProtocols(undefined))).toBeUndefined();
});

describe("queries that nobody should write", () => {
  test.each([
    ["a=1&a=2", { a: "2" }],
    ["a[b]=1&a=2", { a: "2" }],
    ["a=1&a[b]=2", { a: { b: "2" } }],
    ["a[]=1&a[b]=2", { a: { b: "2" } }],
    ["a[b]=1&a[]=2", { a: ["2"] }],
    ["a[b", { "a[b": "" }],
    ["", {}],
  ])("%s", (query, read) => {
    expect(JSON.parse(JSON.stringify(params(query)))).toMatchObject(read);
  });

  test("__proto__ is a name like any other", () => {
    const read = params("__proto__[admin]=1&constructor[prototype][x]=1") as { admin?: string };
    expect(read.admin).toBeUndefined();
    expect(({} as { admin?: string; x?: string }).x).toBeUndefined();
    expect(Object.keys(read)).toEqual(["__proto__", "constructor"]);
  });
});
