import { expectTypeOf, test } from "vitest";
import { and, eq, isNull } from "../../filter/builders.ts";
import type { Json } from "../../json.ts";
import {
  defineJoinedView,
  defineView,
  type RowOf,
  type Undeclared,
  type View,
} from "./define-view.ts";

type UserOf<V> = V extends View<unknown, infer User> ? User : never;

test("what a row is comes from the declared columns", () => {
  const view = defineView({
    name: "flights",
    table: "flights",
    columns: {
      id: "bigint",
      delay: "integer | null",
      load: "double precision",
      open: "boolean",
      tags: "jsonb",
      stops: "text[] | null",
      gate: "text | null",
    },
    order: [{ column: "delay" }],
    policy: (user: { airline: string }) => ["eq", "gate", user.airline],
  });
  expectTypeOf<RowOf<typeof view>>().toEqualTypeOf<{
    readonly id: string;
    readonly delay: number | null;
    readonly load: number | "NaN" | "Infinity" | "-Infinity";
    readonly open: boolean;
    readonly tags: Json;
    readonly stops: readonly Json[] | null;
    readonly gate: string | null;
  }>();
  expectTypeOf<UserOf<typeof view>>().toEqualTypeOf<{ airline: string }>();
});

test("short names are the same types", () => {
  const view = defineView({
    name: "flights",
    table: "flights",
    columns: { id: "int8", delay: "int4 | null", load: "float8", open: "bool", at: "timestamptz" },
    policy: () => true,
  });
  expectTypeOf<RowOf<typeof view>>().toEqualTypeOf<{
    readonly id: string;
    readonly delay: number | null;
    readonly load: number | "NaN" | "Infinity" | "-Infinity";
    readonly open: boolean;
    readonly at: string;
  }>();
});

test("or from an interface", () => {
  interface Flight {
    id: number;
    gate: string | null;
  }
  const view = defineView<Flight, { id: number }>({
    name: "flights",
    table: "flights",
    columns: ["id", "gate"],
    policy: ({ id }) => ["eq", "id", id],
  });
  expectTypeOf<RowOf<typeof view>>().toEqualTypeOf<Flight>();
  // @ts-expect-error there is no such column
  defineView<Flight>({ name: "f", table: "f", columns: ["other"], policy: () => true });
});

test("columns by name alone are refused by a sentence that says what to write", () => {
  const named = { name: "f", table: "f", columns: ["id", "gate"] } as const;
  // @ts-expect-error say what type each column has
  defineView({ ...named, policy: () => true });
  // @ts-expect-error the same
  defineView({ ...named, policy: (user: { gate: string }) => ["eq", "gate", user.gate] });
  // @ts-expect-error the same
  defineView({ ...named, policy: () => true, order: [{ column: "gate" }] });
  type Asked = Parameters<typeof defineView<Undeclared, never, readonly string[]>>[0]["columns"];
  expectTypeOf<Asked>().toExtend<`Say what type each column has, ${string}`>();
});

test("a row of declared columns, too", () => {
  expectTypeOf<RowOf<{ id: "int8"; gate: "text | null" }>>().toEqualTypeOf<{
    readonly id: string;
    readonly gate: string | null;
  }>();
});

test("a policy gives each column a value of its type", () => {
  const columns = { id: "bigint", delay: "integer", gate: "text | null" } as const;
  const about = { name: "f", table: "f", columns } as const;
  defineView({ ...about, policy: (user: { most: number }) => ["lte", "delay", user.most] });
  defineView({
    ...about,
    policy: (user: { id: number }) => and(eq("id", user.id), isNull("gate")),
  });
  defineView({ ...about, policy: { decide: async (gate: string) => ["in", "gate", [gate]] } });
  defineView({ ...about, policy: () => ({ rows: ["eq", "gate", "A1"], columns: ["id", "gate"] }) });
  // @ts-expect-error a number belongs here
  defineView({ ...about, policy: (user: { most: string }) => ["lte", "delay", user.most] });
  // @ts-expect-error a number belongs here
  defineView({ ...about, policy: () => eq("delay", "x") });
  // @ts-expect-error there is no such column
  defineView({ ...about, policy: () => ({ rows: true, columns: ["id", "other"] }) });
  // @ts-expect-error a number belongs here
  defineView({ ...about, policy: { decide: async () => ["in", "delay", ["x"]] } });
});

test("columns that are not there cannot be named", () => {
  defineView({
    name: "f",
    table: "f",
    columns: { id: "integer" },
    // @ts-expect-error there is no such column
    order: [{ column: "other" }],
    policy: () => true,
  });
  defineView({
    name: "f",
    table: "f",
    columns: { id: "integer", tags: "jsonb" },
    // @ts-expect-error JSON has no order
    order: [{ column: "tags" }],
    policy: () => true,
  });
  defineJoinedView({
    name: "f",
    sql: "SELECT 1 AS id",
    tables: [],
    columns: { id: "integer" },
    // @ts-expect-error there is no such column
    key: ["other"],
    policy: () => true,
  });
});
