// Which page each reader of the flood looks at: eight readers for each tenant, so that a change of an
// order concerns at most eight.
import type { Order as Sorting } from "@slipstream/haste";
import type { FilterOf } from "@slipstream/haste";
import type { Order } from "../mix.ts";

const READERS_OF_A_TENANT = 8;

/** The greatest amounts first: a change of an amount moves its order, into the page and out of it. */
export const FLOOD_ORDER: Sorting<keyof Order> = [{ column: "amount", direction: "desc" }];

export const FLOOD_LIMIT = 50;

function tenantOfReader(reader: number): number {
  return Math.floor(reader / READERS_OF_A_TENANT);
}

/** How many tenants so many readers look at. */
export function tenantsOf(readers: number): number {
  return Math.ceil(readers / READERS_OF_A_TENANT);
}

/** Six readers of a tenant look at the same page, one at a range of it, one at a range of amounts. */
export function floodFilterOf(reader: number): FilterOf<Order> {
  const tenant = tenantOfReader(reader);
  switch (reader % READERS_OF_A_TENANT) {
    case 6:
      return ["and", ["eq", "tenant", tenant], ["gte", "amount", `${tenant}.50`]];
    case 7:
      return ["between", "amount", `${tenant}.00`, `${tenant}.99`];
    default:
      return ["eq", "tenant", tenant];
  }
}

/** The same in SQL, by hand. */
export function floodWhereOf(reader: number): string {
  const tenant = tenantOfReader(reader);
  switch (reader % READERS_OF_A_TENANT) {
    case 6:
      return `tenant = ${tenant} AND amount >= ${tenant}.50`;
    case 7:
      return `amount BETWEEN ${tenant}.00 AND ${tenant}.99`;
    default:
      return `tenant = ${tenant}`;
  }
}
