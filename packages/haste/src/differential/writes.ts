// Random transactions, and what they did: from what their statements return, and not from any stream.
import type { Dice } from "./dice.ts";
import type { RandomColumn, RandomTable } from "./schema.ts";

/** Runs one statement in a transaction; gives the first column of each row as text. */
export type Run = (sql: string) => Promise<readonly string[]>;

/** What a statement did to the table. */
export type Effect =
  /** There is this row now, in JSON; whatever had its key is gone. */
  | { readonly kind: "put"; readonly row: string }
  /** The row of this key, in JSON, is gone. */
  | { readonly kind: "delete"; readonly key: string }
  | { readonly kind: "clear" };

/** One transaction that was committed. */
export interface Written {
  readonly xid: bigint;
  readonly effects: readonly Effect[];
}

const asRow = ({ name }: RandomTable): string => `row_to_json(${name})::text`;
const asKey = ({ key }: RandomTable, of = ""): string =>
  `json_build_object(${key.map((column) => `'${column}', ${of}${column}`).join(", ")})::text`;

/** Does something random; pushes what it did. Whatever it throws ends the transaction. */
export async function write(
  dice: Dice,
  table: RandomTable,
  run: Run,
  effects: Effect[],
): Promise<void> {
  const { name } = table;
  const put = async (sql: string): Promise<void> => {
    for (const row of await run(`${sql} RETURNING ${asRow(table)}`))
      effects.push({ kind: "put", row });
  };
  const choice = dice.below(100);
  if (choice < 35) {
    await put(`INSERT INTO ${name} VALUES ${rows(dice, table)} ON CONFLICT DO NOTHING`);
  } else if (choice < 65) {
    await put(`UPDATE ${name} SET ${assignments(dice, table)} WHERE ${condition(dice, table)}`);
  } else if (choice < 80) {
    const gone = await run(
      `DELETE FROM ${name} WHERE ${condition(dice, table)} RETURNING ${asKey(table)}`,
    );
    for (const key of gone) effects.push({ kind: "delete", key });
  } else if (choice < 90) {
    await changeKey(dice, table, run, effects);
  } else if (choice < 93) {
    await put(`UPDATE ${name} SET ${assignments(dice, table)}`);
  } else if (choice < 95) {
    await run(`TRUNCATE ${name}`);
    effects.push({ kind: "clear" });
  } else if (choice < 96) {
    await run(`ALTER TABLE ${name} ADD COLUMN extra${dice.below(1_000_000)} integer DEFAULT 7`);
  } else {
    const before = effects.length;
    await run("SAVEPOINT here");
    await write(dice, table, run, effects);
    if (dice.chance(0.5)) {
      await run("ROLLBACK TO SAVEPOINT here");
      effects.length = before;
    }
  }
}

/** One row gets another key; a key that is taken is an error, and ends the transaction. */
async function changeKey(
  dice: Dice,
  table: RandomTable,
  run: Run,
  effects: Effect[],
): Promise<void> {
  const { name, key } = table;
  const [id] = table.columns as [RandomColumn];
  const old = await run(
    `SELECT ${asKey(table)} FROM ${name} WHERE ${condition(dice, table)} ORDER BY ${key.join(", ")} LIMIT 1 FOR UPDATE`,
  );
  const [gone] = old;
  if (gone === undefined) return;
  const equal = key
    .map((column) => `${column}::text = '${gone.replaceAll("'", "''")}'::json->>'${column}'`)
    .join(" AND ");
  const now = await run(
    `UPDATE ${name} SET ${id.name} = ${id.literal(dice)} WHERE ${equal} RETURNING ${asRow(table)}`,
  );
  for (const row of now) effects.push({ kind: "delete", key: gone }, { kind: "put", row });
}

function rows(dice: Dice, { columns }: RandomTable): string {
  // A statement may not touch one key twice, with ON CONFLICT it just ignores the second.
  return Array.from(
    { length: dice.between(1, 4) },
    () => `(${columns.map((column) => column.literal(dice)).join(", ")})`,
  ).join(", ");
}

function assignments(dice: Dice, { columns, key }: RandomTable): string {
  const others = columns.filter(({ name }) => !key.includes(name));
  const chosen = dice.some(others, 0.6);
  const some = chosen.length === 0 ? [dice.pick(others)] : chosen;
  return some.map((column) => `${column.name} = ${column.literal(dice)}`).join(", ");
}

function condition(dice: Dice, { columns }: RandomTable): string {
  const column = dice.pick(dice.chance(0.6) ? columns.slice(0, 1) : columns);
  return `${column.name} ${dice.pick(["=", "=", "<", ">="])} ${column.literal(dice)}`;
}
