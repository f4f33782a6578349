// What the server says on a page's channel, as PROTOCOL.md has it, with its shape checked.
import type { Json } from "../json.ts";
import { PageClientError } from "./page-client-error.ts";
import type { PageWindow, Total } from "./page-state.ts";

/** What a page is, as granted. */
export interface Header extends PageWindow {
  /** Names and PostgreSQL's types, in the order of a row's values. */
  readonly columns: readonly (readonly [name: string, type: string])[];
  /** Places of the key's columns. */
  readonly key: readonly number[];
  /** Names the page, for coming back to it. */
  readonly group: string;
}

/** The answer to a join. */
export interface Joined extends Header {
  readonly version: string;
  readonly resumed?: "replay" | "reload";
}

interface Said {
  readonly version: string;
  readonly more: readonly [before: boolean, after: boolean];
  readonly page?: Header;
}

/** A piece of all rows. */
export interface RowsMessage extends Said {
  readonly of: number;
  readonly from: number;
  readonly rows: readonly (readonly Json[])[];
}

/** What has changed. */
export interface BatchMessage extends Said {
  readonly ops: readonly unknown[];
  readonly partial?: true;
  readonly why?: Why | null;
}

/** Which transaction moved a page; `changes` are kinds and keys of at most 20 rows. */
export interface Why {
  readonly xid: string;
  /** Ms since 1970, by the database's clock. */
  readonly committedAt: number;
  readonly changes: readonly (readonly [kind: string, key: Json])[];
}

/** @throws TypeError The message is not what PROTOCOL.md says. */
export function joinedOf(response: unknown): Joined {
  const fields = fieldsOf(response);
  checkHeader(fields);
  check(typeof fields["version"] === "string", "version");
  return fields as unknown as Joined;
}

/** @throws TypeError as {@link joinedOf} */
export function rowsOf(payload: unknown): RowsMessage {
  const fields = said(payload);
  check(Number.isSafeInteger(fields["of"]) && Number.isSafeInteger(fields["from"]), "of and from");
  const rows: unknown = fields["rows"];
  check(Array.isArray(rows) && rows.every((row) => Array.isArray(row)), "rows");
  return fields as unknown as RowsMessage;
}

/** @throws TypeError as {@link joinedOf} */
export function batchOf(payload: unknown): BatchMessage {
  const fields = said(payload);
  check(Array.isArray(fields["ops"]), "ops");
  return fields as unknown as BatchMessage;
}

/** @throws {PageClientError} `protocol`: the answer is no count. */
export function totalOf(answer: unknown): Total {
  const { count, more } = (answer ?? {}) as { readonly count?: unknown; readonly more?: unknown };
  if (Number.isSafeInteger(count)) return { count: count as number, isCapped: more === true };
  throw new PageClientError("protocol", "The server's answer is no count.");
}

function said(payload: unknown): Record<string, unknown> {
  const fields = fieldsOf(payload);
  check(typeof fields["version"] === "string", "version");
  const more: unknown = fields["more"];
  check(Array.isArray(more) && more.length === 2, "more");
  if (fields["page"] !== undefined) checkHeader(fieldsOf(fields["page"]));
  return fields;
}

function checkHeader(fields: Record<string, unknown>): void {
  const columns: unknown = fields["columns"];
  check(Array.isArray(columns) && columns.every(isColumn), "columns");
  const key: unknown = fields["key"];
  check(
    Array.isArray(key) && key.every((place) => isCount(place) && place < columns.length),
    "key",
  );
  check(typeof fields["group"] === "string", "group");
  const at: unknown = fields["at"];
  check(at === "start" || at === "end" || (typeof at === "object" && at !== null), "at");
  check(isCount(fields["before"]) && isCount(fields["after"]), "before and after");
}

function isColumn(column: unknown): boolean {
  return Array.isArray(column) && typeof column[0] === "string";
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function fieldsOf(value: unknown): Record<string, unknown> {
  check(typeof value === "object" && value !== null && !Array.isArray(value), "an object");
  return value as Record<string, unknown>;
}

function check(holds: boolean, what: string): asserts holds {
  if (!holds) throw new TypeError(`The server's message lacks ${what}, as PROTOCOL.md has it.`);
}
