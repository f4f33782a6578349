// The random tables of a run, and the views over them.
import { enumDdl, enumOf, integer, KINDS, NUMERIC, UUID, type Kind } from "./column-kinds.ts";
import type { Dice } from "./dice.ts";

export interface RandomColumn extends Kind {
  readonly name: string;
  readonly nullable: boolean;
}

export interface RandomTable {
  readonly name: string;
  readonly columns: readonly RandomColumn[];
  /** Names of the key's columns. */
  readonly key: readonly string[];
  /** Statements that make it, and that take it away again. */
  readonly create: readonly string[];
  readonly drop: readonly string[];
}

/** What pages are of: a table, or a query as if it were one. */
export interface Relation {
  readonly view: "rows" | "granted" | "joined";
  /** What stands behind FROM. */
  readonly from: string;
  readonly columns: readonly RandomColumn[];
  readonly key: readonly string[];
}

export interface Schema {
  readonly main: RandomTable;
  /** Joined to it by `ref`. */
  readonly other: RandomTable;
  /** Which of his policies each person has. */
  readonly grants: RandomTable;
  readonly relations: readonly Relation[];
  /** The query of the joined view. */
  readonly joinSql: string;
}

export function randomSchema(dice: Dice, seed: number): Schema {
  const main = mainTable(dice, `seed_${seed}`);
  const other = otherTable(dice, `other_${seed}`);
  const grants = grantsTable(`grants_${seed}`);
  const join = dice.pick(["JOIN", "LEFT JOIN"]);
  // An enum's labels are the table's to tell.
  const ofMain = main.columns.filter(({ type }) => !type.startsWith("mood"));
  const ofOther = other.columns
    .filter(({ name }) => name !== "id")
    .map((column) => ({ ...column, name: `o_${column.name}`, nullable: true }));
  const listed = [
    ...ofMain.map(({ name }) => `m.${name}`),
    ...ofOther.map(({ name }) => `o.${name.slice(2)} AS ${name}`),
  ];
  const joinSql = `SELECT ${listed.join(", ")} FROM ${main.name} m ${join} ${other.name} o ON o.id = m.ref`;
  const { columns, key, name: from } = main;
  return {
    main,
    other,
    grants,
    joinSql,
    relations: [
      { view: "rows", from, columns, key },
      { view: "granted", from, columns, key },
      { view: "joined", from: `(${joinSql}) AS v`, columns: [...ofMain, ...ofOther], key },
    ],
  };
}

const KEYS: readonly Kind[] = [
  integer(60),
  integer(60),
  {
    ...(KINDS.find(({ type }) => type === "text") as Kind),
    literal: (dice) => `'k${dice.below(60)}'`,
    json: (dice) => `k${dice.below(60)}`,
  },
  {
    ...NUMERIC,
    literal: (dice) => `${dice.below(30)}${dice.pick(["", ".0", ".00"])}`,
    json: (dice) => `${dice.below(30)}${dice.pick(["", ".0", ".00"])}`,
  },
  {
    ...UUID,
    literal: (dice) => `'00000000-0000-4000-8000-0000000000${dice.between(10, 60)}'::uuid`,
    json: (dice) => `00000000-0000-4000-8000-0000000000${dice.between(10, 60)}`,
  },
];

const REF = integer(6);

function mainTable(dice: Dice, name: string): RandomTable {
  const mood = enumOf(`mood_${name}`);
  const hasMood = dice.chance(0.25);
  const parts = dice.chance(0.25) ? [{ name: "part", nullable: false, ...integer(3) }] : [];
  const columns: RandomColumn[] = [
    { name: "id", nullable: false, ...dice.pick(KEYS) },
    ...parts,
    ...Array.from({ length: dice.between(2, 4) }, (_, at) =>
      column(dice, `c${at}`, dice.pick(KINDS)),
    ),
    ...(hasMood ? [column(dice, "mood", mood)] : []),
    { name: "ref", nullable: true, ...REF, literal: orNull(REF) },
  ];
  return table(name, columns, ["id", ...parts.map((part) => part.name)], {
    before: hasMood ? [enumDdl(mood.type)] : [],
    after: hasMood ? [`DROP TYPE ${mood.type}`] : [],
  });
}

function otherTable(dice: Dice, name: string): RandomTable {
  const [a, b] = [dice.pick(KINDS), dice.pick(KINDS)];
  const id = { name: "id", nullable: false, ...integer(6) };
  return table(name, [id, column(dice, "a", a), column(dice, "b", b)], ["id"]);
}

function grantsTable(name: string): RandomTable {
  const [person] = KINDS.filter(({ type }) => type === "text") as [Kind];
  const columns = [
    { name: "person", nullable: false, ...person },
    { name: "policy", nullable: false, ...integer(1_000) },
  ];
  return table(name, columns, ["person"]);
}

function column(dice: Dice, name: string, kind: Kind): RandomColumn {
  const nullable = dice.chance(0.6);
  return { name, nullable, ...kind, literal: nullable ? orNull(kind) : kind.literal };
}

const orNull =
  ({ literal }: Kind) =>
  (dice: Dice): string =>
    dice.chance(0.25) ? "NULL" : literal(dice);

function table(
  name: string,
  columns: readonly RandomColumn[],
  key: readonly string[],
  types: { readonly before: readonly string[]; readonly after: readonly string[] } = {
    before: [],
    after: [],
  },
): RandomTable {
  const lines = columns.map(
    ({ name, type, nullable }) => `${name} ${type}${nullable ? "" : " NOT NULL"}`,
  );
  const primary = `PRIMARY KEY (${key.join(", ")})`;
  return {
    name,
    columns,
    key,
    create: [...types.before, `CREATE TABLE ${name} (${lines.join(", ")}, ${primary})`],
    drop: [`DROP TABLE ${name}`, ...types.after],
  };
}

/** The text of a column's value. */
export function textOf({ name, type }: RandomColumn): string {
  // Equal keys have one text.
  return type === "numeric" ? `trim_scale(${name})::text` : `${name}::text`;
}
