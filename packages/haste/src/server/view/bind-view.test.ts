import { describe, expect, test } from "vitest";
import { integers } from "../../fixtures/integers.ts";
import { ViewError } from "../errors.ts";
import { bindView } from "./bind-view.ts";
import { parseDeclaration } from "./column-declaration.ts";
import { defineJoinedView, defineView, type Definition } from "./define-view.ts";

const tables = new Map([["numbers", integers("value")]]);

const good = {
  name: "numbers",
  table: "numbers",
  columns: ["id", "value"],
  policy: () => true,
} as const;

const bind = (definition: object) =>
  bindView({ kind: "table", ...definition } as Definition, tables);

describe("a view", () => {
  test("has its limits, and may be filtered and ordered by what it shows", () => {
    const view = bind(
      defineView({ ...good, columns: { id: "integer", value: "integer | null" } }).definition,
    );
    expect(view).toMatchObject({ columns: [0, 1], debounce: 0, limits: { maxRows: 1_000 } });
    expect([...view.filterable]).toEqual(["id", "value"]);
    expect(view.order).toEqual([{ column: 0, descending: false, nullsFirst: false }]);
  });

  test("can always be found by its key", () => {
    const view = bind({ ...good, filterable: ["value"], orderable: [] });
    expect([...view.filterable].sort()).toEqual(["id", "value"]);
    expect([...view.orderable]).toEqual(["id"]);
  });

  test("may declare its types by their short names, which are the same types", () => {
    const view = bind({ ...good, columns: { id: "int4", value: "int | null" } });
    expect(view.columns).toEqual(bind(good).columns);
    expect(parseDeclaration("timestamptz | null")).toEqual({
      type: "timestamp with time zone",
      nullable: true,
    });
    expect(parseDeclaration("int8[]")).toEqual({ type: "bigint[]", nullable: false });
    expect(parseDeclaration("mood")).toEqual({ type: "mood", nullable: false });
  });

  test.each([
    [{ name: "a:b" }, "no colon"],
    [{ policy: undefined }, "has no policy"],
    [{ table: "others" }, "has no table"],
    [{ columns: ["id", "other"] }, "has no column other. It has id, value"],
    [{ columns: ["value"] }, "its columns lack id"],
    [{ columns: { id: "integer", value: "integer" } }, 'is "integer | null"'],
    [{ columns: { id: "text", value: "integer | null" } }, 'declared as "text", and is "integer"'],
    [{ filterable: ["other"] }, "filterable names other"],
    [{ maxRows: 0 }, "maxRows is a whole number"],
    [{ policy: { decide: () => true, tables: ["others"] } }, "has no table"],
  ])("that cannot be served is refused: %j", (change, says) => {
    expect(() => bind({ ...good, ...change })).toThrow(ViewError);
    expect(() => bind({ ...good, ...change })).toThrow(says);
  });
});

describe("a joined view", () => {
  const joined = {
    name: "joined",
    sql: "SELECT n.id FROM numbers n",
    tables: ["numbers"],
    columns: { id: "integer" },
    key: ["id"],
    policy: () => true,
  } as const;

  test("is a query in the place of a table", () => {
    const view = bindView(defineJoinedView(joined).definition, tables);
    expect(view).toMatchObject({
      kind: "joined",
      from: { from: '(SELECT n.id FROM numbers n) AS "haste_view"' },
      debounce: 100,
    });
    expect([...view.tables]).toEqual(["public.numbers"]);
  });

  test.each([
    [{ key: [] }, "has no key"],
    [{ key: ["other"] }, "its key other"],
    [{ tables: ["others"] }, "has no table"],
    [{ columns: { id: "money" } }, "cannot show money"],
  ])("that cannot be served is refused: %j", (change, says) => {
    expect(() => bindView({ ...defineJoinedView(joined).definition, ...change }, tables)).toThrow(
      says,
    );
  });
});
