import fc from "fast-check";
import { expect, test } from "vitest";
import { PageError } from "../errors.ts";
import { parseChange, parseCount, parseJoin, parseSeen, parseSize, parseWhy } from "./request.ts";

const parsers = [parseJoin, parseChange, parseSize, parseCount, parseSeen, parseWhy];

test("whatever comes is understood, or refused as invalid", () => {
  const value = fc.jsonValue({ maxDepth: 3 });
  const payload = fc.oneof(
    value,
    fc.record(
      {
        filter: value,
        order: value,
        at: fc.oneof(fc.constantFrom("start", "end"), fc.record({ key: value }), value),
        before: fc.oneof(fc.nat(), value),
        after: fc.oneof(fc.nat(), value),
        columns: fc.oneof(fc.array(fc.string()), value),
        resume: fc.oneof(fc.record({ group: fc.string(), version: value }), value),
        why: fc.oneof(fc.boolean(), value),
        paused: fc.oneof(fc.boolean(), value),
        xid: value,
        cap: value,
        on: value,
      },
      { requiredKeys: [] },
    ),
    fc.constant(JSON.parse('{"__proto__": {"after": 5}}')),
  );
  fc.assert(
    fc.property(payload, fc.constantFrom(...parsers), (payload, parse) => {
      try {
        parse(payload);
      } catch (error) {
        expect(error).toBeInstanceOf(PageError);
        expect((error as PageError).code).toBe("invalid_page");
      }
    }),
    { numRuns: 2_000 },
  );
});

test("a join of nothing is a page at the start", () => {
  expect(parseJoin({})).toEqual({
    page: {
      filter: undefined,
      order: undefined,
      at: "start",
      before: null,
      after: null,
      columns: null,
    },
    resume: null,
    why: false,
    paused: false,
  });
});

test("null is the same as left out", () => {
  expect(parseJoin({ filter: null, at: null, after: null, resume: null })).toEqual(parseJoin({}));
});
