// The mix of pages that Haste's benches open, and which of them a change concerns.
import type { FilterOf } from "@slipstream/haste";

/** A row of the table `orders`, as clients get it. */
export interface Order {
  readonly id: number;
  readonly tenant: number;
  readonly amount: string;
  readonly note: string;
}

/**
 * There is a tenant for each page. Of ten pages seven ask for a tenant, two for a tenant and a range,
 * one for a range alone, which is of ten tenants.
 */
export function filterOf(page: number): FilterOf<Order> {
  const tenant: FilterOf<Order> = ["eq", "tenant", page];
  switch (page % 10) {
    case 7:
    case 8:
      return ["and", tenant, ["gte", "amount", "0.50"]];
    case 9:
      return ["between", "amount", `${page}.00`, `${page + 9}.99`];
    default:
      return tenant;
  }
}

/** The same in SQL, by hand. */
export function whereOf(page: number): { readonly sql: string; readonly values: unknown[] } {
  switch (page % 10) {
    case 7:
    case 8:
      return { sql: "tenant = $1 AND amount >= $2", values: [page, "0.50"] };
    case 9:
      return { sql: "amount BETWEEN $1 AND $2", values: [`${page}.00`, `${page + 9}.99`] };
    default:
      return { sql: "tenant = $1", values: [page] };
  }
}

/** The pages among so many that show an order of this tenant, whose amount is `tenant` and a fraction. */
export function pagesOf(tenant: number, pages: number): readonly number[] {
  const range = tenant - ((tenant + 1) % 10);
  return [
    ...(tenant % 10 === 9 ? [] : [tenant]),
    ...(range >= 9 && range % 10 === 9 ? [range] : []),
  ].filter((page) => page < pages);
}
