// Which type of PostgreSQL is which ColumnType.
import type { ColumnType } from "./column-type.ts";
import { arrayType } from "./array-type.ts";
import { floatType } from "./floats.ts";
import { jsonType } from "./json-type.ts";
import { bigintType, integerType } from "./integers.ts";
import { dateType, timestampType, timestamptzType, timeType } from "./moments.ts";
import { numericType } from "./numeric.ts";
import { booleanType, byteaType, enumType, shownType, uuidType } from "./plain-types.ts";
import { blankPaddedType, textType } from "./text.ts";

/** What the catalog says of a type. */
export interface TypeDescription {
  /**
   * `format_type(oid, NULL)`: `integer`, `character varying`, `mood`. A length or precision, as in
   * `numeric(10,2)`, may follow and says nothing here.
   */
  readonly name: string;
  /** How SQL names it, quoted and with its schema: `"public"."mood"`. By default the name. */
  readonly sql?: string;
  /** An enum's labels in its order (`pg_enum.enumsortorder`). */
  readonly enumLabels?: readonly string[];
  /** The type that a domain is over (`pg_type.typbasetype`). */
  readonly domainOf?: TypeDescription;
}

const TYPES: ReadonlyMap<string, (name: string) => ColumnType> = new Map([
  ["boolean", booleanType],
  ["smallint", (name: string) => integerType(name, "int2", -(2 ** 15), 2 ** 15 - 1)],
  ["integer", (name: string) => integerType(name, "int4", -(2 ** 31), 2 ** 31 - 1)],
  ["oid", (name: string) => integerType(name, "oid", 0, 2 ** 32 - 1)],
  ["bigint", bigintType],
  ["numeric", numericType],
  ["real", (name: string) => floatType(name, "float4")],
  ["double precision", (name: string) => floatType(name, "float8")],
  ["text", textType],
  ["character varying", textType],
  ["character", blankPaddedType],
  ["bpchar", blankPaddedType],
  ["uuid", uuidType],
  ["bytea", byteaType],
  ["date", dateType],
  ["time without time zone", timeType],
  ["timestamp without time zone", timestampType],
  ["timestamp with time zone", timestamptzType],
  ["json", (name: string) => jsonType(name, "json")],
  ["jsonb", (name: string) => jsonType(name, "jsonb")],
]);

/**
 * Types whose text is not the same at all times and on all connections: it follows `lc_monetary`, or
 * the search path and the names of today.
 */
const UNSTEADY =
  /^(money|reg(class|collation|config|dictionary|namespace|oper|operator|proc|procedure|role|type))(\[\])*$/;

/**
 * What Haste makes of a type; undefined for one that it cannot show truly.
 *
 * Filtered and ordered: boolean, smallint, integer, bigint, oid, numeric, real, double precision,
 * text, varchar, char(n), uuid, bytea, date, time, timestamp, timestamptz, enums, and domains over
 * these. Shown as JSON: json, jsonb, arrays. Refused: money and the reg* types. All others (ranges,
 * interval, inet, types of extensions) are shown as the text that PostgreSQL writes.
 */
export function columnType(description: TypeDescription): ColumnType | undefined {
  const { enumLabels, domainOf } = description;
  const name = description.name.replace(/\(\d+(?:,-?\d+)?\)/, "");
  if (domainOf !== undefined) {
    // Values of filters are cast to the type below, for the domain's checks are not theirs.
    const below = columnType(domainOf);
    return below === undefined ? undefined : { ...below, name };
  }
  const sql = description.sql ?? name;
  if (enumLabels !== undefined) return enumType(name, sql, enumLabels);
  const known = TYPES.get(name);
  if (known !== undefined) return known(name);
  if (UNSTEADY.test(name)) return undefined;
  // Boxes alone are parted by semicolons.
  if (!name.endsWith("[]") || name === "box[]") return shownType(name, sql);
  const element = TYPES.get(name.slice(0, -2))?.(name);
  return arrayType(name, sql, (text) => (element === undefined ? text : element.toJson(text)));
}
