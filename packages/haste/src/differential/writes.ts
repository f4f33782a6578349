// Random transactions, and what they did: from what their statements return, and not from any stream.
import type { Coverage } from "./coverage.ts";
import type { Dice } from "./dice.ts";
import { keyAndRow, keyOf, puts, type Effect, type Run } from "./effects.ts";
import { quote } from "./column-kinds.ts";
import type { RandomTable, Schema } from "./schema.ts";

/** Rows of a table that is written in bulk. */
const BULK = 10_000;

/** What one transaction writes with. */
export interface Writing {
  readonly dice: Dice;
  readonly schema: Schema;
  readonly run: Run;
  readonly coverage: Coverage;
  /** What has been done, in order. */
  readonly effects: Effect[];
  /** A person, and the number of a policy for him. */
  readonly grant: () => readonly [person: string, policy: number];
}

/** Does something random. Whatever it throws ends the transaction. */
export async function write(writing: Writing): Promise<void> {
  const { dice, schema, run, effects, coverage } = writing;
  const choice = dice.below(100);
  if (choice < 80) await writeRows(writing, schema.main, choice);
  else if (choice < 88) {
    coverage.count("other table");
    await writeRows(writing, schema.other, dice.below(65));
  } else if (choice < 91) await writeGrant(writing);
  else if (choice < 95) await changeTable(writing);
  else {
    const before = effects.length;
    await run("SAVEPOINT here");
    await write(writing);
    if (dice.chance(0.5)) {
      coverage.count("savepoint kept");
      return;
    }
    coverage.count("savepoint rolled back");
    await run("ROLLBACK TO SAVEPOINT here");
    effects.length = before;
  }
}

async function writeRows(writing: Writing, table: RandomTable, choice: number): Promise<void> {
  const { dice, run, effects, coverage } = writing;
  const { name } = table;
  if (choice < 28) {
    coverage.count("insert");
    const sql = `INSERT INTO ${name} VALUES ${rows(dice, table)} ON CONFLICT DO NOTHING`;
    await put(writing, table, sql);
  } else if (choice < 52) {
    coverage.count("update");
    const sql = `UPDATE ${name} SET ${assignments(dice, table)} WHERE ${condition(dice, table)}`;
    await put(writing, table, sql);
  } else if (choice < 65) {
    coverage.count("delete");
    const sql = `DELETE FROM ${name} WHERE ${condition(dice, table)} RETURNING ${keyOf(table)}`;
    for (const key of await run(sql)) effects.push({ kind: "delete", table, key });
  } else if (choice < 74) await changeKey(writing, table);
  else if (choice < 78) {
    coverage.count("all updated");
    await put(writing, table, `UPDATE ${name} SET ${assignments(dice, table)}`);
  } else {
    coverage.count("truncate");
    await run(`TRUNCATE ${name}`);
    effects.push({ kind: "clear", table });
  }
}

async function put({ run, effects }: Writing, table: RandomTable, sql: string): Promise<number> {
  const done = puts(table, await run(`${sql} RETURNING ${keyAndRow(table)}`));
  for (const effect of done) effects.push(effect);
  return done.length;
}

/** One row gets another key; a key that is taken is an error, and ends the transaction. */
async function changeKey({ dice, run, effects, coverage }: Writing, table: RandomTable) {
  const { name, columns, key } = table;
  const [gone] = await run(
    `SELECT ${keyOf(table)} FROM ${name} WHERE ${condition(dice, table)} ORDER BY ${key.join(", ")} LIMIT 1 FOR UPDATE`,
  );
  if (gone === undefined) return;
  const column = dice.pick(columns.filter((each) => key.includes(each.name)));
  const now = await run(
    `UPDATE ${name} SET ${column.name} = ${column.literal(dice)} WHERE ${keyOf(table)} = ${quote(gone)} RETURNING ${keyAndRow(table)}`,
  );
  coverage.count("key changed", now.length);
  for (const effect of puts(table, now)) {
    effects.push({ kind: "delete", table, key: gone }, effect);
  }
}

/** Somebody gets another policy, or none. */
export async function writeGrant(writing: Writing): Promise<void> {
  const { dice, schema, run, effects, coverage, grant } = writing;
  const table = schema.grants;
  const [person, policy] = grant();
  if (dice.chance(0.4)) {
    coverage.count("revoked");
    const sql = `DELETE FROM ${table.name} WHERE person = ${quote(person)} RETURNING ${keyOf(table)}`;
    for (const key of await run(sql)) effects.push({ kind: "delete", table, key });
    return;
  }
  coverage.count("granted");
  await put(
    writing,
    table,
    `INSERT INTO ${table.name} VALUES (${quote(person)}, ${policy})
     ON CONFLICT (person) DO UPDATE SET policy = excluded.policy`,
  );
}

async function changeTable(writing: Writing): Promise<void> {
  const { dice, run, effects, coverage } = writing;
  const table = writing.schema.main;
  const { name, columns, key } = table;
  const choice = dice.below(3);
  if (choice === 0) {
    coverage.count("column added");
    await run(`ALTER TABLE ${name} ADD COLUMN extra${dice.below(1_000_000)} integer DEFAULT 7`);
  } else if (choice === 1) {
    const [extra] = await run(
      `SELECT attname::text FROM pg_attribute WHERE attrelid = ${quote(name)}::regclass
       AND attname LIKE 'extra%' AND NOT attisdropped LIMIT 1`,
    );
    if (extra === undefined) return;
    coverage.count("column dropped");
    await run(`ALTER TABLE ${name} DROP COLUMN IF EXISTS ${extra}`);
  } else {
    coverage.count("table rewritten");
    // Every row has another value, and no stream of rows tells of it.
    const column = dice.pick(columns.filter((each) => !key.includes(each.name)));
    await run(
      `ALTER TABLE ${name} ALTER COLUMN ${column.name} TYPE ${column.type} USING ${column.literal(dice)}`,
    );
    effects.push({ kind: "clear", table });
    for (const effect of puts(table, await run(`SELECT ${keyAndRow(table)} FROM ${name}`))) {
      effects.push(effect);
    }
  }
}

/** Ten thousand rows, or as many as there are keys of the kind. */
export async function insertBulk(writing: Writing): Promise<void> {
  const { dice, schema, coverage } = writing;
  const table = schema.main;
  const values = table.columns.map((column) => {
    if (column.name === "id") return NTH[column.type] ?? "n";
    const [a, b, c] = [column.literal(dice), column.literal(dice), column.literal(dice)];
    return `CASE n % 3 WHEN 0 THEN ${a} WHEN 1 THEN ${b} ELSE ${c} END::${column.type}`;
  });
  const sql = `INSERT INTO ${table.name} SELECT ${values.join(", ")} FROM generate_series(1, ${BULK}) n ON CONFLICT DO NOTHING`;
  if ((await put(writing, table, sql)) > BULK * 0.9) coverage.count("bulk");
}

/** A key for each number, by the key's type. */
const NTH: Readonly<Record<string, string>> = {
  text: "'k' || n",
  uuid: "('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid",
};

/** Each row of the table changes. */
export async function updateBulk(writing: Writing): Promise<void> {
  const { dice, schema, coverage } = writing;
  const table = schema.main;
  const rest = { ...table, columns: table.columns.filter(({ name }) => name !== "ref") };
  const count = await put(
    writing,
    table,
    `UPDATE ${table.name} SET ${assignments(dice, rest)}, ref = coalesce(ref, 0) + 1`,
  );
  if (count > BULK * 0.9) coverage.count("bulk");
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

function condition(dice: Dice, { columns, key }: RandomTable): string {
  const able = columns.filter(({ use }) => use !== "show");
  const column = dice.pick(dice.chance(0.6) ? able.filter(({ name }) => key.includes(name)) : able);
  return `${column.name} ${dice.pick(["=", "=", "<", ">="])} ${column.literal(dice)}`;
}
