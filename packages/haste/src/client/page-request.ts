// Which page: what a program asks for, and how that goes over the wire.
import type { FilterOf, OrderOf } from "../filter/filter-of.ts";
import type { Json } from "../json.ts";
import { checkNames, checkRows } from "./check-options.ts";
import type { Header } from "./wire.ts";

/** Rows of a page that does not say how many. */
const DEFAULT_LIMIT = 50;

/** A page of a view. All of it may be left out: the first 50 rows in the view's order. */
export interface PageRequest<Row> {
  /** Which rows; default all that the view's policy allows. */
  readonly where?: FilterOf<Row> | undefined;
  /** In which order; default the view's. The key's columns are added to it. */
  readonly orderBy?: OrderOf<Row> | undefined;
  /**
   * Where it is opened: at the start (default), the end, around the row with this key, or around a
   * position, which is where a row with these values of the order's columns stands or would stand.
   * The key's columns belong to the order, behind those of {@link orderBy}.
   */
  readonly at?:
    | "start"
    | "end"
    | { readonly key: readonly Json[] }
    | { readonly position: readonly Json[] }
    | undefined;
  /** How many rows; around a key half of them on each side. Default 50. */
  readonly limit?: number | undefined;
  /** The columns that are wanted; default all that the policy allows. The key's always come. */
  readonly columns?: readonly (keyof Row & string)[] | undefined;
}

/** A page as the join and the push `change` put it. */
export interface WireRequest {
  readonly filter?: unknown;
  readonly order?: unknown;
  readonly at: unknown;
  readonly before: number;
  readonly after: number;
  readonly columns?: readonly string[];
}

const OPTIONS: readonly (keyof PageRequest<unknown>)[] = [
  "where",
  "orderBy",
  "at",
  "limit",
  "columns",
];

/** @throws {PageClientError} `invalid_page`: an option that there is not, or a `limit` that is no number of rows. */
export function wireRequest<Row>(request: PageRequest<Row>): WireRequest {
  checkNames(request, OPTIONS);
  const { where, orderBy, columns, at = "start", limit = DEFAULT_LIMIT } = request;
  checkRows("limit", limit);
  return {
    ...(where === undefined ? {} : { filter: where }),
    ...(orderBy === undefined ? {} : { order: orderBy }),
    ...(columns === undefined ? {} : { columns }),
    at,
    ...sizeOf(at, limit),
  };
}

/** What `change` asks for; a new order or place begins with the request's number of rows. */
export function wireChange<Row>(request: PageRequest<Row>): Partial<WireRequest> {
  const { at, before, after, ...others } = wireRequest(request);
  const moves =
    request.orderBy !== undefined || request.at !== undefined || request.limit !== undefined;
  return moves ? { ...others, at, before, after } : others;
}

/** The same page as the server granted it: where it stands, and how large it is. */
export function granted(request: WireRequest, { at, before, after }: Header): WireRequest {
  return { ...request, at, before, after };
}

function sizeOf(at: PageRequest<unknown>["at"], limit: number): { before: number; after: number } {
  if (at === "start") return { before: 0, after: limit };
  if (at === "end") return { before: limit, after: 0 };
  const before = Math.floor(limit / 2);
  return { before, after: limit - before };
}
