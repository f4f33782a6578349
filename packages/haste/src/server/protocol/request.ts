// What clients ask for, from JSON that anybody may have sent. Filters and orders are checked where
// the view is known; here, the shapes around them.
import type { Position } from "../../order/order.ts";
import { PageError } from "../errors.ts";

/** Where a page is opened. Values are those of the columns, in the order that the view gives them. */
export type RequestedAnchor =
  | "start"
  | "end"
  | { readonly key: readonly unknown[] }
  | { readonly position: readonly unknown[] };

/** A page, as it is asked for. */
export interface PageRequest {
  /** Undefined: everything that the policy allows. */
  readonly filter: unknown;
  /** Undefined: the view's order. */
  readonly order: unknown;
  /** Once the page is open, a position stays where it was found. */
  readonly at: RequestedAnchor | { readonly fixed: Position };
  readonly before: number | null;
  readonly after: number | null;
  /** Null: all that the policy allows. */
  readonly columns: readonly string[] | null;
}

/** What a join says besides the page. */
export interface JoinRequest {
  readonly page: PageRequest;
  readonly resume: { readonly group: string; readonly version: string } | null;
  readonly why: boolean;
  /** The reader holds what it shows, as after `pause`. */
  readonly paused: boolean;
}

const PAGE_FIELDS = ["filter", "order", "at", "before", "after", "columns"];

type Fields = ReadonlyMap<string, unknown>;

/** @throws {PageError} invalid_page */
export function parseJoin(payload: unknown): JoinRequest {
  const fields = fieldsOf(payload, "A page", [...PAGE_FIELDS, "resume", "why", "paused"]);
  return {
    page: pageOf(fields),
    resume: resumeOf(fields.get("resume")),
    why: flag(fields, "why") ?? false,
    paused: flag(fields, "paused") ?? false,
  };
}

/** What `change` asks for: fields that are left out stay as they are. */
export interface ChangeRequest {
  readonly fields: ReadonlySet<string>;
  readonly page: PageRequest;
}

/** @throws {PageError} invalid_page */
export function parseChange(payload: unknown): ChangeRequest {
  const fields = fieldsOf(payload, "A change", PAGE_FIELDS);
  return { fields: new Set(fields.keys()), page: pageOf(fields) };
}

/** How many rows, or how many more, on each side. @throws {PageError} invalid_page */
export function parseSize(payload: unknown): {
  readonly before: number | null;
  readonly after: number | null;
} {
  const fields = fieldsOf(payload, "A size", ["before", "after"]);
  return { before: count(fields, "before"), after: count(fields, "after") };
}

/** @throws {PageError} invalid_page */
export function parseCount(payload: unknown): { readonly cap: number | null } {
  return { cap: count(fieldsOf(payload, "A count", ["cap"]), "cap") };
}

/** Of any transaction. Source: PostgreSQL, access/transam.h, FirstNormalTransactionId. */
const FIRST_XID = 3n;

/** @throws {PageError} invalid_page */
export function parseSeen(payload: unknown): { readonly xid: bigint } {
  const given = fieldsOf(payload, "seen", ["xid"]).get("xid");
  const isNumber =
    typeof given === "string" ? /^\d{1,20}$/u.test(given) : Number.isSafeInteger(given);
  const xid = isNumber ? BigInt(given as string | number) : 0n;
  if (xid >= FIRST_XID && xid < 2n ** 64n) return { xid };
  throw invalid("xid is what pg_current_xact_id() gave the writer, as a string of digits");
}

/** @throws {PageError} invalid_page */
export function parseWhy(payload: unknown): { readonly on: boolean } {
  return { on: flag(fieldsOf(payload, "why", ["on"]), "on") ?? true };
}

function pageOf(fields: Fields): PageRequest {
  return {
    filter: fields.get("filter"),
    order: fields.get("order"),
    at: anchorOf(fields.get("at")),
    before: count(fields, "before"),
    after: count(fields, "after"),
    columns: columnsOf(fields.get("columns")),
  };
}

function anchorOf(at: unknown): RequestedAnchor {
  if (at === undefined || at === "start") return "start";
  if (at === "end") return "end";
  if (typeof at === "object" && at !== null) {
    const [[name, values] = [], ...others] = Object.entries(at);
    if (others.length === 0 && Array.isArray(values)) {
      if (name === "key") return { key: values };
      if (name === "position") return { position: values };
    }
  }
  throw invalid('at is "start", "end", { key: [values] } or { position: [values] }');
}

function columnsOf(columns: unknown): readonly string[] | null {
  if (columns === undefined) return null;
  if (Array.isArray(columns) && columns.every((each) => typeof each === "string")) return columns;
  throw invalid("columns is an array of names");
}

function resumeOf(resume: unknown): JoinRequest["resume"] {
  if (resume === undefined || resume === null) return null;
  const fields = fieldsOf(resume, "resume", ["group", "version"]);
  const group = fields.get("group");
  const version = fields.get("version");
  if (typeof group === "string" && typeof version === "string") return { group, version };
  throw invalid("resume is { group, version }, both as the server gave them");
}

function count(fields: Fields, name: string): number | null {
  const value = fields.get(name);
  if (value === undefined) return null;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw invalid(`${name} is a whole number of rows, from 0`);
}

function flag(fields: Fields, name: string): boolean | undefined {
  const value = fields.get(name);
  if (value === undefined || typeof value === "boolean") return value;
  throw invalid(`${name} is true or false`);
}

/** The fields of an object, which may not have others. What is undefined or null counts as left out. */
function fieldsOf(value: unknown, what: string, known: readonly string[]): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalid(`${what} is an object with some of ${known.join(", ")}`);
  }
  const fields = new Map<string, unknown>();
  for (const [name, field] of Object.entries(value)) {
    if (!known.includes(name)) {
      throw invalid(`${what} has no field of this name; it has ${known.join(", ")}`);
    }
    if (field !== undefined && field !== null) fields.set(name, field);
  }
  return fields;
}

function invalid(sentence: string): PageError {
  return new PageError("invalid_page", `${sentence}.`);
}
