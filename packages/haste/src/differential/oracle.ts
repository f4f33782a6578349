// What pages should show: a second database, to which what was written is done again, one commit
// after another, and which is asked at each version that a page has shown.
import { orderBy, standsBefore, type PagePlan } from "./page-plan.ts";
import type { RandomTable } from "./schema.ts";
import type { Effect, Run } from "./writes.ts";

/** A window, as an answer's header has it. */
export interface Window {
  readonly at: unknown;
  readonly before: number;
  readonly after: number;
}

export interface Expected {
  /** The texts of the values. */
  readonly rows: readonly (readonly (string | null)[])[];
  readonly more: readonly [boolean, boolean];
}

export class Oracle {
  readonly #run: Run;
  readonly #table: RandomTable;

  /** @param run - runs statements in the second database */
  constructor(run: Run, table: RandomTable) {
    this.#run = run;
    this.#table = table;
  }

  async begin(): Promise<void> {
    await this.#run(this.#table.ddl);
  }

  async end(): Promise<void> {
    await this.#run(`DROP TABLE ${this.#table.name}`);
  }

  /** What one transaction did. */
  async apply(effects: readonly Effect[]): Promise<void> {
    for (const effect of effects) await this.#apply(effect);
  }

  async #apply(effect: Effect): Promise<void> {
    const { name } = this.#table;
    switch (effect.kind) {
      case "clear":
        await this.#run(`DELETE FROM ${name}`);
        return;
      case "delete":
        await this.#run(`DELETE FROM ${name} WHERE ${this.#hasKeyOf(effect.key)}`);
        return;
      case "put":
        await this.#run(`DELETE FROM ${name} WHERE ${this.#hasKeyOf(effect.row)}`);
        await this.#run(
          `INSERT INTO ${name} SELECT * FROM json_populate_record(NULL::${name}, ${quote(effect.row)})`,
        );
    }
  }

  #hasKeyOf(json: string): string {
    return this.#table.key
      .map((column) => `${column}::text = ${quote(json)}::json->>'${column}'`)
      .join(" AND ");
  }

  /** All rows, to be compared with the first database's. */
  all(): Promise<readonly string[]> {
    return allRows(this.#run, this.#table);
  }

  /** What a page shows now. */
  async page({ where, terms }: PagePlan, { at, before, after }: Window): Promise<Expected> {
    const { name, columns } = this.#table;
    const texts = columns.map((column) => `${column.name}::text`).join(", ");
    const isBefore =
      typeof at === "string" ? `${at === "end"}` : standsBefore(terms, positionOf(at));
    const found = await this.#run(
      `SELECT json_build_array(${isBefore}, ${texts})::text FROM ${name} WHERE ${where} ORDER BY ${orderBy(terms)}`,
    );
    const rows = found.map((text) => JSON.parse(text) as [boolean, ...(string | null)[]]);
    const first = rows.filter(([isBefore]) => isBefore).map(([, ...row]) => row);
    const second = rows.filter(([isBefore]) => !isBefore).map(([, ...row]) => row);
    return {
      rows: [...first.slice(Math.max(0, first.length - before)), ...second.slice(0, after)],
      more: [first.length > before, second.length > after],
    };
  }
}

/** All rows of a table, sorted as texts. */
export async function allRows(
  run: Run,
  { name, columns }: RandomTable,
): Promise<readonly string[]> {
  const texts = columns.map((column) => `${column.name}::text`).join(", ");
  return [...(await run(`SELECT json_build_array(${texts})::text FROM ${name}`))].sort();
}

function positionOf(at: unknown): readonly unknown[] {
  return (at as { readonly position: readonly unknown[] }).position;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
