// A random table, and values for its columns as SQL.
import type { Dice } from "./dice.ts";

export interface RandomColumn {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
  /** A literal, sometimes NULL where that is allowed. Few different ones, so that rows tie. */
  readonly literal: (dice: Dice) => string;
  /** The same as a JSON value for filters; never null. */
  readonly json: (dice: Dice) => string | number | boolean;
}

export interface RandomTable {
  readonly name: string;
  readonly columns: readonly RandomColumn[];
  /** Names of the key's columns. */
  readonly key: readonly string[];
  readonly ddl: string;
}

const TEXTS = ["", "a", "A", "ab", "ä", "z", "Z", "e\u0301", "\u{1F600}", "%_\\", "it''s"];
const NUMERICS = ["0", "0.0", "1", "1.00", "-1.5", "1e10", "NaN", "99999999999999999999.5"];
const BIGINTS = ["0", "-1", "9007199254740993", "9223372036854775807", "42"];
const MOMENTS = [
  "2026-11-26 07:30:00+00",
  "2026-11-26 07:30:00.000001+00",
  "2026-11-26 08:30:00+01",
  "1999-12-31 23:59:59.999999+00",
];

type Kind = Pick<RandomColumn, "type" | "literal" | "json">;

const integer = (last: number): Kind => ({
  type: "integer",
  literal: (dice) => `${dice.between(-2, last)}`,
  json: (dice) => dice.between(-2, last),
});

const text = (type: string, values: readonly string[], cast: string): Kind => ({
  type,
  literal: (dice) => `'${dice.pick(values)}'::${cast}`,
  json: (dice) => dice.pick(values).replaceAll("''", "'"),
});

const KINDS: readonly Kind[] = [
  integer(8),
  integer(1_000),
  text("text", TEXTS, "text"),
  text("numeric", NUMERICS, "numeric"),
  text("bigint", BIGINTS, "bigint"),
  text("timestamp with time zone", MOMENTS, "timestamptz"),
  {
    type: "boolean",
    literal: (dice) => dice.pick(["true", "false"]),
    json: (dice) => dice.chance(0.5),
  },
];

export function randomTable(dice: Dice, name: string): RandomTable {
  const key = dice.chance(0.25) ? ["id", "part"] : ["id"];
  const first = dice.chance(0.3) ? textKey : integer(60);
  const columns: RandomColumn[] = key.map((name, at) => ({
    name,
    nullable: false,
    ...(at === 0 ? first : integer(3)),
  }));
  for (let at = dice.between(2, 4); at > 0; at -= 1) {
    const kind = dice.pick(KINDS);
    const nullable = dice.chance(0.6);
    columns.push({
      name: `c${at}`,
      nullable,
      ...kind,
      literal: (dice) => (nullable && dice.chance(0.25) ? "NULL" : kind.literal(dice)),
    });
  }
  const lines = columns.map(
    ({ name, type, nullable }) => `${name} ${type}${nullable ? "" : " NOT NULL"}`,
  );
  const ddl = `CREATE TABLE ${name} (${lines.join(", ")}, PRIMARY KEY (${key.join(", ")}))`;
  return { name, columns, key, ddl };
}

const textKey: Kind = {
  type: "text",
  literal: (dice) => `'k${dice.below(60)}'`,
  json: (dice) => `k${dice.below(60)}`,
};
