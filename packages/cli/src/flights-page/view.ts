// The flights as a view: what pages of it may show, filter by and order by.
import { defineView, type View } from "@slipstream/haste/server";
import { MAX_COUNT, MAX_ROWS, ORDERABLE, VIEW, type Flight } from "./flight.ts";

/** For `createHaste`; the table is that of table.ts. Everybody may see all of it. */
export const flights: View<Flight, unknown> = defineView({
  name: VIEW,
  table: "flights",
  columns: {
    id: "integer",
    date: "timestamp without time zone",
    delay: "integer",
    distance: "integer",
    origin: "text",
    destination: "text",
  },
  policy: () => true,
  order: [
    { column: "delay", direction: "desc" },
    { column: "id", direction: "desc" },
  ],
  orderable: ORDERABLE,
  filterable: ["delay", "origin", "destination"],
  rows: 100,
  maxRows: MAX_ROWS,
  maxPages: 10,
  maxConditions: 10,
  maxCount: MAX_COUNT,
});
