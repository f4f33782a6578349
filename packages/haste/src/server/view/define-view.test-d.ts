import { expectTypeOf, test } from "vitest";
import type { Json } from "../../json.ts";
import { defineJoinedView, defineView, type View } from "./define-view.ts";

type RowOf<V> = V extends View<infer Row> ? Row : never;
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

test("columns that are not there cannot be named", () => {
  defineView({
    name: "f",
    table: "f",
    columns: { id: "integer" },
    // @ts-expect-error there is no such column
    order: [{ column: "other" }],
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
