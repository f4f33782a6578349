// What transactions did, and doing it again in another database.
import { quote } from "./column-kinds.ts";
import { textOf, type RandomTable } from "./schema.ts";

/** Runs one statement; gives the first column of each row as text. */
export type Run = (sql: string) => Promise<readonly string[]>;

/** What a statement did to a table. */
export type Effect =
  /** There is this row now, in JSON; whatever had its key is gone. */
  | {
      readonly kind: "put";
      readonly table: RandomTable;
      readonly key: string;
      readonly row: string;
    }
  /** The row of this key is gone. */
  | { readonly kind: "delete"; readonly table: RandomTable; readonly key: string }
  | { readonly kind: "clear"; readonly table: RandomTable };

/** One transaction that was committed. */
export interface Written {
  readonly xid: bigint;
  readonly effects: readonly Effect[];
}

/** A row's key, as one text for equal keys. */
export const keyOf = ({ key, columns }: RandomTable): string =>
  `json_build_array(${columns
    .filter(({ name }) => key.includes(name))
    .map(textOf)
    .join(", ")})::text`;

/** The key and the row in JSON, both as texts, so that no number in them is read. */
export const keyAndRow = (table: RandomTable): string =>
  `json_build_array(${keyOf(table)}, row_to_json(${table.name})::text)::text`;

/** What statements that return {@link keyAndRow} did. */
export function puts(table: RandomTable, returned: readonly string[]): Effect[] {
  return returned.map((text): Effect => {
    const [key, row] = JSON.parse(text) as [string, string];
    return { kind: "put", table, key, row };
  });
}

/** Does it again: what one transaction did to each table, in three statements at most. */
export async function redo(run: Run, effects: readonly Effect[]): Promise<void> {
  for (const table of new Set(effects.map((effect) => effect.table))) {
    await redoOf(
      run,
      table,
      effects.filter((effect) => effect.table === table),
    );
  }
}

async function redoOf(run: Run, table: RandomTable, effects: readonly Effect[]): Promise<void> {
  let rows = new Map<string, string | null>();
  let isCleared = false;
  for (const effect of effects) {
    if (effect.kind === "clear") {
      rows = new Map();
      isCleared = true;
    } else rows.set(effect.key, effect.kind === "put" ? effect.row : null);
  }
  const gone = [...rows].filter(([, row]) => row === null).map(([key]) => quote(key));
  const there = [...rows.values()].filter((row) => row !== null);
  const { name, columns, key } = table;
  if (isCleared) await run(`DELETE FROM ${name}`);
  else if (gone.length > 0) {
    await run(`DELETE FROM ${name} WHERE ${keyOf(table)} IN (${gone.join(", ")})`);
  }
  if (there.length === 0) return;
  const all = columns.map((column) => `${column.name} = excluded.${column.name}`).join(", ");
  await run(
    `INSERT INTO ${name} SELECT * FROM json_populate_recordset(NULL::${name}, ${quote(`[${there.join(",")}]`)})
     ON CONFLICT (${key.join(", ")}) DO UPDATE SET ${all}`,
  );
}

/** All rows of a table, sorted as texts. */
export async function allRows(run: Run, { name, columns }: RandomTable): Promise<string[]> {
  const texts = columns.map((column) => `${column.name}::text`).join(", ");
  return [...(await run(`SELECT json_build_array(${texts})::text FROM ${name}`))].sort();
}
