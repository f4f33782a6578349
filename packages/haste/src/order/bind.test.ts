// Orders from outside: what is taken, what is refused and with which words.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidOrderError } from "../errors.ts";
import { FLIGHTS } from "../fixtures/flights.ts";
import { bindOrder, ORDER_LIMITS } from "./bind.ts";

const bind = (order: unknown): unknown => bindOrder(order, FLIGHTS);

const ID = { column: 0, descending: false, nullsFirst: false };

describe("an order that makes sense", () => {
  test("ends with the key, so that no two rows tie", () => {
    expect(bind([])).toEqual([ID]);
    expect(bind([{ column: "gate" }])).toEqual([
      { column: 1, descending: false, nullsFirst: false },
      ID,
    ]);
  });

  test("says where nulls go, PostgreSQL's way by default", () => {
    expect(
      bind([
        { column: "gate", direction: "desc" },
        { column: "delay", nulls: "first" },
      ]),
    ).toEqual([
      { column: 1, descending: true, nullsFirst: true },
      { column: 2, descending: false, nullsFirst: true },
      ID,
    ]);
  });

  test("is the same order when what it adds says nothing", () => {
    const plain = bind([{ column: "fare" }]);
    expect(bind([{ column: "fare", direction: "asc", nulls: "first" }])).toEqual(plain);
    expect(bind([{ column: "fare" }, { column: "id" }])).toEqual(plain);
    expect(bind([{ column: "fare" }, { column: "id" }, { column: "gate" }])).toEqual(plain);
  });
});

describe("an order that makes none is told where and why", () => {
  function refusal(order: unknown, limits = ORDER_LIMITS): string {
    try {
      bindOrder(order, FLIGHTS, limits);
    } catch (error) {
      if (error instanceof InvalidOrderError) return error.message;
      throw error;
    }
    throw new Error("It was taken.");
  }

  test.each([
    ["gate", 'orderBy: an order is an array such as [{"column": "gate"}], and not this string.'],
    [["gate"], "orderBy[0]: an object with a column belongs here, and not this string."],
    [[{}], "orderBy[0].column: there is no such column to order by."],
    [[{ column: "__proto__" }], "orderBy[0].column: there is no such column to order by."],
    [[{ column: "notes" }], "orderBy[0].column: jsonb has no order."],
    [
      [{ column: "gate", direction: "up" }],
      'orderBy[0].direction: "asc" or "desc" belongs here, and not this string.',
    ],
    [
      [{ column: "gate", nulls: null }],
      'orderBy[0].nulls: "last" or "first" belongs here, and not null.',
    ],
    [
      [{ column: "id" }, { column: "gate" }, { column: "gate" }],
      "orderBy[2].column: this column is in the order already.",
    ],
    [Array.from({ length: 9 }), "orderBy: an order may have 8 columns, and no more."],
  ])("%j", (order, message) => {
    expect(refusal(order)).toBe(message);
  });

  test("columns that may not be named are like those that do not exist", () => {
    const limits = { ...ORDER_LIMITS, columns: new Set(["gate"]) };
    expect(refusal([{ column: "fare" }], limits)).toBe(refusal([{ column: "nowhere" }], limits));
    expect(bindOrder([{ column: "gate" }], FLIGHTS, limits)).toHaveLength(2);
  });

  test("whatever comes is an order or an InvalidOrderError", () => {
    const part = fc.oneof(
      fc.record(
        {
          column: fc.constantFrom<unknown>("id", "gate", "notes", "toString", 1),
          direction: fc.constantFrom<unknown>("asc", "desc", 1, null),
        },
        { requiredKeys: [] },
      ),
      fc.anything(),
    );
    fc.assert(
      fc.property(fc.oneof(fc.array(part), fc.anything()), (order) => {
        try {
          bindOrder(order, FLIGHTS);
        } catch (error) {
          if (!(error instanceof InvalidOrderError)) throw error;
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
