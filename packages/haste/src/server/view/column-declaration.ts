// Columns declared with their types, so that TypeScript knows what a row is.
import type { Json } from "../../json.ts";

/** A type as PostgreSQL's `format_type` names it, and ` | null` behind it where there may be nulls. */
export type ColumnDeclaration = string;

/** Columns by name: `{ id: "bigint", gate: "text | null" }`. */
export type ColumnDeclarations = Readonly<Record<string, ColumnDeclaration>>;

/** What clients get for a type of PostgreSQL. */
export type JsonOf<Type extends string> = Type extends `${infer Plain} | null`
  ? JsonOf<Plain> | null
  : Type extends "smallint" | "integer" | "oid"
    ? number
    : Type extends "real" | "double precision"
      ? number | "NaN" | "Infinity" | "-Infinity"
      : Type extends "boolean"
        ? boolean
        : Type extends "json" | "jsonb"
          ? Json
          : Type extends `${string}[]`
            ? readonly Json[]
            : string;

/** What a row of declared columns looks like to a client. */
export type RowOf<Columns extends ColumnDeclarations> = {
  readonly [Name in keyof Columns]: JsonOf<Columns[Name]>;
};

/** The type's name, and whether there may be nulls. */
export function parseDeclaration(declaration: ColumnDeclaration): {
  readonly type: string;
  readonly nullable: boolean;
} {
  const [, type = declaration, nullable] = /^(.*?)(\s*\|\s*null)?$/u.exec(declaration) ?? [];
  return { type: type.trim(), nullable: nullable !== undefined };
}
