import { describe, expect, test } from "vitest";
import { integers } from "../../fixtures/integers.ts";
import { ViewError } from "../errors.ts";
import { bindView } from "./bind-view.ts";
import { checkDefinition } from "./check-definition.ts";
import { parseDeclaration } from "./column-declaration.ts";
import { defineJoinedView, defineView, type Definition } from "./define-view.ts";

const tables = new Map([["numbers", integers("value")]]);

const good = {
  name: "numbers",
  table: "numbers",
  columns: ["id", "value"],
  policy: () => true,
} as const;

const check = (definition: Definition) => {
  checkDefinition(definition);
  return bindView(definition, tables);
};

const bind = (definition: object) => check({ kind: "table", ...definition } as Definition);

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

  test.each<readonly [object, string]>([
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
    [{ policy: { decide: () => true, tables: "numbers" } }, "the tables of its policy are a list"],
    [{ policy: { decide: () => true, maxAge: NaN } }, "maxAge of its policy is a number of ms"],
    [{ policy: { decide: () => true, maxage: 5 } }, "no option of a policy maxage"],
    [{ maxrows: 5 }, "there is no option maxrows. There are name, policy, columns"],
    [{ debounce: 5 }, "there is no option debounce"],
    [{ table: undefined }, "it has no table"],
    [{ columns: undefined }, "does not say which columns"],
    [{ columns: [] }, "does not say which columns"],
    [{ columns: { id: 4 } }, "does not say which columns"],
    [{ columns: ["id", "value", "id"] }, "its columns name id twice"],
    [{ orderable: "id" }, "orderable is a list of names"],
    [{ columns: ["id"], order: [{ column: "value" }] }, "order names value, which is not in"],
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
    [{ sql: undefined }, "it has no query"],
    [{ tables: [] }, "names no tables"],
    [{ tables: "numbers" }, "tables is a list of names"],
    [{ debounce: -1 }, "debounce is a number of ms, from 0"],
    [{ table: "numbers" }, "there is no option table"],
  ])("that cannot be served is refused: %j", (change, says) => {
    const definition = { ...defineJoinedView(joined).definition, ...change } as Definition;
    expect(() => check(definition)).toThrow(ViewError);
    expect(() => check(definition)).toThrow(says);
  });
});
