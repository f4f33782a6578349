// What pages should show: a second database, to which what was written is done again, one commit
// after another, and which is asked at each version that a page has shown.
import type { Json } from "../json.ts";
import { allRows, redo, type Effect, type Run } from "./effects.ts";
import { orderBy, standsBefore } from "./filters.ts";
import { columnsOf, type PagePlan } from "./page-plan.ts";
import type { Relation, RandomTable, Schema } from "./schema.ts";

/** A window, as an answer's header has it. */
export interface Window {
  readonly at: unknown;
  readonly before: number;
  readonly after: number;
}

/** What is asked: a page, under a policy, with the columns that are shown. */
export interface Question {
  readonly plan: PagePlan;
  /** The rows that the policy allows. */
  readonly allowed: string;
  readonly columns: readonly string[];
  readonly window: Window;
}

export interface Expected {
  readonly rows: readonly (readonly Json[])[];
  readonly more: readonly [boolean, boolean];
  /** All rows of the page's filter. */
  readonly count: number;
}

export class Oracle {
  readonly #run: Run;
  readonly #schema: Schema;
  /** What has been asked since the last commit. */
  #known = new Map<string, unknown>();

  /** @param run - runs statements in the second database */
  constructor(run: Run, schema: Schema) {
    this.#run = run;
    this.#schema = schema;
  }

  get #tables(): readonly RandomTable[] {
    const { main, other, grants } = this.#schema;
    return [main, other, grants];
  }

  async begin(): Promise<void> {
    for (const { create } of this.#tables) for (const sql of create) await this.#run(sql);
  }

  async end(): Promise<void> {
    for (const { drop } of this.#tables) for (const sql of drop) await this.#run(sql);
  }

  /** What one transaction did. */
  async apply(effects: readonly Effect[]): Promise<void> {
    this.#known = new Map();
    await redo(this.#run, effects);
  }

  /** All rows of all tables, to be compared with the first database's. */
  async all(run: Run = this.#run): Promise<readonly (readonly string[])[]> {
    const all = [];
    for (const table of this.#tables) all.push(await allRows(run, table));
    return all;
  }

  /** What a page shows now. */
  page({ plan, allowed, columns, window }: Question): Promise<Expected> {
    const { relation, terms, where } = plan;
    const { at, before, after } = window;
    const isBefore =
      typeof at === "string" ? `${at === "end"}` : standsBefore(terms, positionOf(at));
    const sql = `
      WITH v AS MATERIALIZED (
        SELECT ${textsOf(relation, columns)} AS texts, ${isBefore} AS b,
          row_number() OVER (ORDER BY ${orderBy(terms)}) AS r
        FROM ${relation.from} WHERE (${where}) AND (${allowed})
      ), c AS (SELECT count(*) AS n, count(*) FILTER (WHERE b) AS k FROM v)
      SELECT json_build_array(n, k, (
        SELECT coalesce(json_agg(texts ORDER BY r), '[]') FROM v
        WHERE r > k - ${before} AND r <= k + ${after}
      ))::text FROM c`;
    return this.#ask(sql, ([text]) => {
      const [count, first, rows] = JSON.parse(text ?? "[]") as [number, number, Texts[]];
      return {
        rows: rows.map((row) => shown(relation, columns, row)),
        more: [first > before, count - first > after],
        count,
      };
    });
  }

  /** The keys of all rows that a policy allows, as {@link keyText} writes them. */
  allowed(relation: Relation, allowed: string): Promise<ReadonlySet<string>> {
    const { key, from } = relation;
    const sql = `SELECT ${textsOf(relation, key)}::text FROM ${from} WHERE ${allowed}`;
    return this.#ask(
      sql,
      (rows) => new Set(rows.map((row) => JSON.stringify(shown(relation, key, JSON.parse(row))))),
    );
  }

  async #ask<Answer>(sql: string, read: (rows: readonly string[]) => Answer): Promise<Answer> {
    const known = this.#known.get(sql);
    if (known !== undefined) return known as Answer;
    const answer = read(await this.#run(sql));
    this.#known.set(sql, answer);
    return answer;
  }
}

type Texts = readonly (string | null)[];

function textsOf(relation: Relation, columns: readonly string[]): string {
  const texts = columnsOf(relation, columns).map(({ name }) => `${name}::text`);
  return `json_build_array(${texts.join(", ")})`;
}

/** A row as clients are to get it. */
function shown(relation: Relation, columns: readonly string[], texts: Texts): readonly Json[] {
  return columnsOf(relation, columns).map((column, at) => {
    const text = texts[at] ?? null;
    return text === null ? null : column.shown(text);
  });
}

function positionOf(at: unknown): readonly unknown[] {
  return (at as { readonly position: readonly unknown[] }).position;
}
