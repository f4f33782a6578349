// Kinds of columns: random values as SQL and as clients give them, and what clients are to get.
import type { Json } from "../json.ts";
import type { Dice } from "./dice.ts";

export interface Kind {
  /** As SQL names it. */
  readonly type: string;
  /** As a view declares it. */
  readonly declared: string;
  /** What pages may do with it: filter and order by it, look into its text, or only show it. */
  readonly use: "order" | "text" | "show";
  /** A value as SQL. Few different ones, so that rows tie. */
  readonly literal: (dice: Dice) => string;
  /** A value as clients give it; never null. */
  readonly json: (dice: Dice) => string | number | boolean;
  /** What a client gets for PostgreSQL's text of a value. */
  readonly shown: (text: string) => Json;
}

/** How it is compared: texts by their bytes. */
export function compared({ type, use }: Pick<Kind, "type" | "use">, name: string): string {
  return use === "text" && !type.startsWith("mood") ? `${name} COLLATE "C"` : name;
}

/** What clients give, as SQL. */
export function literalOf({ type }: Pick<Kind, "type">, value: unknown): string {
  return `${quote(String(value))}::${type}`;
}

export function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

const same = (text: string): Json => text;
const number = (text: string): Json => (/^-?[\d.]+(e[+-]?\d+)?$/u.test(text) ? +text + 0 : text);

export const integer = (last: number, type = "integer"): Kind => ({
  type,
  declared: type,
  use: "order",
  literal: (dice) => `${dice.between(-2, last)}`,
  json: (dice) => dice.between(-2, last),
  shown: number,
});

/** Of values that are texts in SQL and in JSON alike. */
function listed(type: string, values: readonly string[], rest: Partial<Kind> = {}): Kind {
  return {
    type,
    declared: type,
    use: "order",
    literal: (dice) => `${quote(dice.pick(values))}::${type}`,
    json: (dice) => dice.pick(values),
    shown: same,
    ...rest,
  };
}

const TEXTS = ["", "a", "A", "ab", "ä", "z", "Z", "e\u0301", "\u{1F600}", "\uFF5E", "%_\\", "it's"];
const SCRIPTS = ["Привет", "привет", "שלום", "日本語", "한국어", "नमस्ते", "ไทย", "Straße", "ﬀ", "İ"];
const FLOATS = ["0", "-0", "1.5", "-1.5", "1e-7", "1e21", "NaN", "Infinity", "-Infinity"];
const PLAIN_FLOATS = [0, -0, 1.5, -1.5, 1e-7, 1e21];
const MOMENTS = [
  "2026-11-26 07:30:00",
  "2026-11-26 07:30:00.000001",
  "2026-11-26 08:30:00",
  "1999-12-31 23:59:59.999999",
];

const float = (type: string): Kind =>
  listed(type, FLOATS, {
    json: (dice) => (dice.chance(0.2) ? "NaN" : dice.pick(PLAIN_FLOATS)),
    shown: number,
  });

/** In ISO 8601. */
const moment = (text: string): Json => text.replace(" ", "T").replace(/\+00$/u, "Z");

export const NUMERIC: Kind = listed("numeric", [
  ...["0", "0.0", "1", "1.0", "1.00", "-1.5", "1e10", "NaN", "99999999999999999999.5"],
]);

export const UUID: Kind = listed("uuid", [
  "00000000-0000-0000-0000-000000000000",
  "7fffffff-0000-4000-8000-000000000000",
  "ffffffff-ffff-4fff-bfff-ffffffffffff",
]);

/** The kinds that every database has. */
export const KINDS: readonly Kind[] = [
  integer(8),
  integer(1_000),
  integer(4, "smallint"),
  listed("text", TEXTS, { use: "text" }),
  listed("text", SCRIPTS, { use: "text" }),
  listed("character varying", TEXTS, { use: "text" }),
  listed("character(4)", ["a", "ab", "B", "ä", ""], { declared: "character", use: "text" }),
  NUMERIC,
  UUID,
  float("double precision"),
  float("real"),
  listed("bigint", ["0", "-1", "9007199254740993", "9223372036854775807", "42"]),
  listed("bytea", ["\\x", "\\x00", "\\x00ff", "\\xff"]),
  listed("date", ["2026-11-26", "1999-12-31", "2026-11-27"]),
  listed("time without time zone", ["07:30:00", "07:30:00.5", "23:59:59.999999"]),
  listed("timestamp without time zone", MOMENTS, {
    json: (dice) => dice.pick(MOMENTS).replace(" ", "T"),
    shown: moment,
  }),
  listed(
    "timestamp with time zone",
    MOMENTS.map((each) => `${each}+00`),
    { json: (dice) => `${dice.pick(MOMENTS).replace(" ", "T")}Z`, shown: moment },
  ),
  {
    type: "boolean",
    declared: "boolean",
    use: "order",
    literal: (dice) => dice.pick(["true", "false"]),
    json: (dice) => dice.chance(0.5),
    shown: (text) => text === "true",
  },
  listed("jsonb", ['{"a": [1, null, "x"]}', '"text"', "12.5", "[]"], {
    use: "show",
    shown: (text) => JSON.parse(text) as Json,
  }),
  listed("integer[]", ["{}", "{1,2}", "{NULL,3}"], {
    use: "show",
    shown: (text) => JSON.parse(`[${text.slice(1, -1).replaceAll("NULL", "null")}]`) as Json,
  }),
];

const MOODS = ["low", "High", "even", "it's"];

/** An enum, whose labels are in the order of nothing but themselves. */
export const enumOf = (type: string): Kind => listed(type, MOODS);

export const enumDdl = (type: string): string =>
  `CREATE TYPE ${type} AS ENUM (${MOODS.map(quote).join(", ")})`;
