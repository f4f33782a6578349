// What the queries look like: values are parameters, and where to begin is a range of an index.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bindFilter } from "../filter/bind.ts";
import { FLIGHTS as table } from "../fixtures/flights.ts";
import { bindOrder } from "../order/bind.ts";
import { indexFor } from "../order/index-for.ts";
import type { Order, Position } from "../order/order.ts";
import { countQuery, halfQuery, rowQuery } from "./page-query.ts";

const COLUMNS = '"id", "gate", "delay", "fare", "departs", "status", "notes"';
const FROM = `SELECT ${COLUMNS} FROM "public"."flights"`;
const everything = bindFilter(["and"], table);

function after(order: Order, anchor: "start" | Position): string {
  const page = { table, filter: everything, order: bindOrder(order, table), limit: 50 };
  return halfQuery({ ...page, anchor, side: "after" }).sql;
}

describe("where to begin", () => {
  test("at the start", () => {
    expect(after([{ column: "fare", direction: "desc" }], "start")).toBe(
      `${FROM} ORDER BY "fare" DESC, "id" LIMIT 50`,
    );
  });

  test("columns of one direction without nulls are compared as a row", () => {
    expect(after([{ column: "fare" }, { column: "departs" }], ["1.00", "x", "7"])).toBe(
      `${FROM} WHERE ("fare", "departs", "id") >= ($1::numeric, $2::timestamptz, $3::int8)` +
        ' ORDER BY "fare", "departs", "id" LIMIT 50',
    );
  });

  test("otherwise each range is a query of its own", () => {
    const order = 'ORDER BY "delay", "id" LIMIT 50';
    expect(after([{ column: "delay" }], ["15", "7"])).toBe(
      `SELECT * FROM (` +
        `(${FROM} WHERE "delay" = $1::int4 AND "id" >= $2::int8 ${order}) UNION ALL ` +
        `(${FROM} WHERE "delay" > $3::int4 ${order}) UNION ALL ` +
        `(${FROM} WHERE "delay" IS NULL ${order})) AS page ${order}`,
    );
  });

  test("behind the nulls there is nothing more", () => {
    expect(after([{ column: "delay" }], [null, "7"])).toBe(
      `${FROM} WHERE "delay" IS NULL AND "id" >= $1::int8 ORDER BY "delay", "id" LIMIT 50`,
    );
  });
});

test("no value is in the SQL, whatever it is", () => {
  const hostile = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.constantFrom("'; DROP TABLE flights; --", "$1", "\\'", '"', "*/", "{}", "%"),
  );
  const sqlOf = (text: string): readonly string[] => {
    const filter = bindFilter(
      [
        "or",
        ["eq", "gate", text],
        ["in", "gate", [text, text]],
        ["lt", "gate", text],
        ["prefix", "gate", text],
        ["not", ["contains", "gate", text]],
      ],
      table,
    );
    const order = bindOrder([{ column: "gate" }], table);
    return [
      halfQuery({ table, filter, order, anchor: [text, text], side: "before", limit: 5 }).sql,
      rowQuery({ table, filter }, [text]).sql,
      countQuery({ table, filter }, 5).sql,
    ];
  };
  const expected = sqlOf("A1");
  fc.assert(
    fc.property(
      hostile.filter((text) => !text.includes("\0")),
      (text) => {
        expect(sqlOf(text)).toEqual(expected);
      },
    ),
  );
});

test("a limit is a number of rows", () => {
  const page = { table, filter: everything, order: bindOrder([], table), anchor: "start" } as const;
  for (const limit of [-1, 1.5, Number.NaN, "5; DROP TABLE flights" as unknown as number]) {
    expect(() => halfQuery({ ...page, side: "after", limit })).toThrow(RangeError);
    expect(() => countQuery(page, limit)).toThrow(RangeError);
  }
});

test("a query of several tables stands where the table does", () => {
  const from = '(SELECT 1 AS "id") AS "view"';
  expect(rowQuery({ table, filter: everything, from }, ["7"]).sql).toBe(
    `SELECT ${COLUMNS} FROM ${from} WHERE "id" = $1::int8`,
  );
});

test("the index that a page needs", () => {
  const order = bindOrder([{ column: "departs", direction: "desc" }, { column: "gate" }], table);
  expect(indexFor(table, order, [5])).toBe(
    'CREATE INDEX CONCURRENTLY IF NOT EXISTS "flights_status_departs_gate_id_page" ' +
      'ON "public"."flights" ("status", "departs" DESC, "gate" COLLATE "C", "id");',
  );
});
