// What the types of a view's rows mean for whoever opens its pages.
import type { Socket } from "@slipstream/client";
import { expectTypeOf, test } from "vitest";
import { useLivePage } from "../react/index.ts";
import { defineView, type RowOf } from "../server/index.ts";
import { and, eq, gt, isIn, openList, openPage } from "./index.ts";

declare const socket: Socket;

const flights = defineView({
  name: "flights",
  table: "flights",
  columns: { id: "bigint", gate: "text | null", delay: "integer", tags: "jsonb" },
  policy: () => true,
});
type Flight = RowOf<typeof flights>;

test("a page's filter has values of its columns' types, in both forms", () => {
  openPage<Flight>(socket, "flights", { where: and(eq("gate", "A1"), gt("delay", 15)) });
  openPage<Flight>(socket, "flights", { where: ["or", ["eq", "delay", 1], ["isNull", "gate"]] });
  openPage<Flight>(socket, "flights", { where: isIn("id", ["9007199254740993", 7]) });
  // @ts-expect-error a number belongs here
  openPage<Flight>(socket, "flights", { where: eq("delay", "x") });
  // @ts-expect-error a number belongs here
  openPage<Flight>(socket, "flights", { where: ["eq", "delay", "x"] });
  // @ts-expect-error there is no such column
  openPage<Flight>(socket, "flights", { where: eq("gat", "A1") });
  // @ts-expect-error JSON cannot be compared
  openPage<Flight>(socket, "flights", { where: ["gt", "tags", 1] });
});

test("so have a change of it, an order, a choice of columns, lists and hooks", () => {
  const page = openPage<Flight>(socket, "flights", { orderBy: [{ column: "delay" }] });
  expectTypeOf(page.rows).toEqualTypeOf<readonly Flight[]>();
  void page.change({ where: gt("delay", 15), columns: ["gate"] });
  // @ts-expect-error a number belongs here
  void page.change({ where: gt("delay", "x") });
  // @ts-expect-error JSON has no order
  openPage<Flight>(socket, "flights", { orderBy: [{ column: "tags" }] });
  // @ts-expect-error there is no such column
  openPage<Flight>(socket, "flights", { columns: ["gat"] });
  // @ts-expect-error a number belongs here
  openList<Flight>(socket, "flights", { where: eq("delay", "x"), orderBy: [{ column: "delay" }] });
  // @ts-expect-error a number belongs here
  useLivePage<Flight>(socket, { view: "flights", where: eq("delay", "x") });
});

test("a page of rows of which nothing was said takes any filter, and gives nothing away", () => {
  const page = openPage(socket, "flights", { where: eq("delay", "x"), orderBy: [{ column: "a" }] });
  expectTypeOf(page.rows).toEqualTypeOf<readonly Record<string, unknown>[]>();
});
