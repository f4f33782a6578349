// What is asked for: the fields of the filters as text, the order, and what both are to Haste. Pure.
import type { ListRequest } from "@slipstream/haste/client";
import type { Flight, ORDERABLE } from "../flight.ts";

/** The fields of the filters, as they were typed. */
export interface Fields {
  readonly origin: string;
  readonly destination: string;
  readonly least: string;
  readonly most: string;
}

export const NO_FIELDS: Fields = { origin: "", destination: "", least: "", most: "" };

export type Column = (typeof ORDERABLE)[number];

export interface Sort {
  readonly column: Column;
  readonly direction: "asc" | "desc";
}

export const FIRST_SORT: Sort = { column: "delay", direction: "desc" };

/** The order after a click on a column's head: numbers begin with the largest. */
export function sortedBy(sort: Sort, column: Column): Sort {
  if (sort.column === column) {
    return { column, direction: sort.direction === "asc" ? "desc" : "asc" };
  }
  return { column, direction: column === "delay" || column === "distance" ? "desc" : "asc" };
}

type Condition = NonNullable<ListRequest<Flight>["where"]>;

/** Which flights, in which order. The key follows the column's direction, as its index does. */
export function requestOf(fields: Fields, { column, direction }: Sort): ListRequest<Flight> {
  const conditions: Condition[] = [];
  for (const name of ["origin", "destination"] as const) {
    const code = fields[name].trim().toUpperCase();
    // A whole code is an equality, which the server finds by an index of its own.
    if (code.length >= 3) conditions.push(["eq", name, code]);
    else if (code !== "") conditions.push(["prefix", name, code]);
  }
  const least = numberOf(fields.least);
  const most = numberOf(fields.most);
  if (least !== null) conditions.push(["gte", "delay", least]);
  if (most !== null) conditions.push(["lte", "delay", most]);
  return {
    where: ["and", ...conditions],
    orderBy: [
      { column, direction },
      { column: "id", direction },
    ],
  };
}

/** What a field's text says, in minutes; null for nothing, and for what is not a number yet. */
export function numberOf(text: string): number | null {
  const trimmed = text.trim().replace("−", "-");
  return /^-?\d{1,6}$/.test(trimmed) ? Number(trimmed) : null;
}
