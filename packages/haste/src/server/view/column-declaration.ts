// Columns declared with their types, so that TypeScript knows what a row is.
import type { Json } from "../../json.ts";

/**
 * A type by one of PostgreSQL's names for it, `timestamp with time zone` or `timestamptz`, and ` | null`
 * behind it where there may be nulls.
 */
export type ColumnDeclaration = string;

/** Columns by name: `{ id: "bigint", gate: "text | null" }`. */
export type ColumnDeclarations = Readonly<Record<string, ColumnDeclaration>>;

/** What clients get for a type of PostgreSQL. */
export type JsonOf<Type extends string> = Type extends `${infer Plain} | null`
  ? JsonOf<Plain> | null
  : Type extends "smallint" | "integer" | "oid" | "int2" | "int4" | "int"
    ? number
    : Type extends "real" | "double precision" | "float4" | "float8"
      ? number | "NaN" | "Infinity" | "-Infinity"
      : Type extends "boolean" | "bool"
        ? boolean
        : Type extends "json" | "jsonb"
          ? Json
          : Type extends `${string}[]`
            ? readonly Json[]
            : string;

/** What a row of declared columns looks like to a client. */
export type DeclaredRow<Columns extends ColumnDeclarations> = {
  readonly [Name in keyof Columns]: JsonOf<Columns[Name]>;
};

/** PostgreSQL's short names, and what `format_type` makes of each. */
const LONG_NAMES: ReadonlyMap<string, string> = new Map([
  ["bool", "boolean"],
  ["int2", "smallint"],
  ["int", "integer"],
  ["int4", "integer"],
  ["int8", "bigint"],
  ["float4", "real"],
  ["float8", "double precision"],
  ["decimal", "numeric"],
  ["varchar", "character varying"],
  ["time", "time without time zone"],
  ["timetz", "time with time zone"],
  ["timestamp", "timestamp without time zone"],
  ["timestamptz", "timestamp with time zone"],
]);

/** The type's name as `format_type` has it, and whether there may be nulls. */
export function parseDeclaration(declaration: ColumnDeclaration): {
  readonly type: string;
  readonly nullable: boolean;
} {
  const [, type = declaration, nullable] = /^(.*?)(\s*\|\s*null)?$/u.exec(declaration) ?? [];
  const [, name = "", list = ""] = /^(.*?)((?:\[\])*)$/u.exec(type.trim()) ?? [];
  return { type: `${LONG_NAMES.get(name) ?? name}${list}`, nullable: nullable !== undefined };
}
