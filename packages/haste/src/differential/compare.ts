// Every state that any page has shown, beside what the oracle says at its version (P20, P24).
import { deepStrictEqual } from "node:assert/strict";
import type { Effect, Run, Written } from "./effects.ts";
import { Oracle, type Expected } from "./oracle.ts";
import type { Observed, PageRecord, Range } from "./page-record.ts";
import { nothing, type PolicyBook, type RandomPolicy } from "./policies.ts";
import type { Relation, Schema } from "./schema.ts";
import type { Told } from "./tapped-source.ts";

export interface Comparison {
  readonly schema: Schema;
  /** What was there before anybody followed. */
  readonly before: readonly Written[];
  readonly written: readonly Written[];
  readonly told: readonly Told[];
  /**
   * Of transactions of which nobody has told, those that went with an epoch, in the order of their
   * commits. The last that was told of before is given.
   */
  readonly lost: (
    untold: readonly Written[],
    last: Written | undefined,
  ) => Promise<readonly Written[]>;
  readonly records: readonly PageRecord[];
  readonly books: Readonly<Record<Relation["view"], PolicyBook>>;
  readonly run: Run;
  readonly oracleRun: Run;
}

/** One moment of the history: from this position of this epoch on, these are done. */
interface Moment {
  readonly epoch: number;
  readonly position: bigint;
  readonly effects: readonly Effect[];
}

interface Seen {
  readonly record: PageRecord;
  readonly observed: Observed;
  /** The place of its epoch among all. */
  readonly epoch: number;
}

/** How many states were compared. @throws AssertionError */
export async function compare(comparison: Comparison): Promise<number> {
  const { schema, before, told, records, run, oracleRun } = comparison;
  const epochs = told.flatMap((each) => (each.kind === "epoch" ? [each.epoch] : []));
  const seen = records.flatMap((record) => inEpochs(record, epochs));
  // Those of one moment stay in the order in which each page showed them.
  seen.sort(
    (a, b) => a.epoch - b.epoch || sign(a.observed.version.position, b.observed.version.position),
  );
  const history = await historyOf(comparison);
  const oracle = new Oracle(oracleRun, schema);
  const grants = new Grants(before, history, schema);
  await oracle.begin();
  try {
    for (const { effects } of before) await oracle.apply(effects);
    const judge = new Judge(oracle, comparison.books, grants);
    let next = 0;
    for (const [at, moment] of history.entries()) {
      for (let each = seen[next]; each !== undefined && isBefore(each, moment);) {
        await judge.look(each, at);
        next += 1;
        each = seen[next];
      }
      await oracle.apply(moment.effects);
    }
    for (const each of seen.slice(next)) await judge.look(each, history.length);
    // What was never delivered changed nothing, or the databases differ now.
    deepStrictEqual(await oracle.all(), await oracle.all(run), "the oracle itself");
  } finally {
    await oracle.end();
  }
  return seen.length;
}

function sign(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isBefore({ epoch, observed }: Seen, moment: Moment): boolean {
  return (
    epoch < moment.epoch || (epoch === moment.epoch && observed.version.position < moment.position)
  );
}

/** Versions never go back. */
function inEpochs(record: PageRecord, epochs: readonly string[]): Seen[] {
  let last = { epoch: 0, position: -1n, origin: "nothing" };
  return record.observed.map((observed): Seen => {
    const { epoch: name, position } = observed.version;
    const epoch = epochs.indexOf(name) + 1;
    if (epoch < last.epoch || (epoch === last.epoch && position < last.position)) {
      throw new Error(
        `Version ${epoch}/${position} (${observed.origin}) came after ${last.epoch}/${last.position} (${last.origin}).`,
      );
    }
    last = { epoch, position, origin: observed.origin };
    return { record, observed, epoch };
  });
}

/** What was told, with what it did; what was lost with an epoch stands where the next one begins. */
async function historyOf({ written, told, lost }: Comparison): Promise<Moment[]> {
  const byXid = new Map(written.map((each) => [BigInt.asUintN(32, each.xid), each]));
  let epoch = 0;
  let begin: number | null = null;
  let last: Written | undefined;
  const history: Moment[] = [];
  for (const each of told) {
    if (each.kind === "epoch") {
      epoch += 1;
      begin ??= history.length;
      continue;
    }
    const xid = BigInt.asUintN(32, each.xid);
    const one = byXid.get(xid);
    byXid.delete(xid);
    history.push({ epoch, position: each.position, effects: one?.effects ?? [] });
    if (begin === null) last = one ?? last;
  }
  if (begin === null) return history;
  const effects = (await lost([...byXid.values()], last)).flatMap((each) => each.effects);
  return history.toSpliced(begin, 0, { epoch: 1, position: 0n, effects });
}

/** Which of his policies each person was granted, by the database's own history. */
class Grants {
  /** Of each person: from which moment on, which policy; null for none. */
  readonly #granted = new Map<string, { readonly at: number; readonly policy: number | null }[]>();

  constructor(before: readonly Written[], history: readonly Moment[], { grants }: Schema) {
    const note = (effects: readonly Effect[], at: number): void => {
      for (const effect of effects) {
        if (effect.table !== grants || effect.kind === "clear") continue;
        const [person = ""] = JSON.parse(effect.key) as string[];
        const granted = this.#granted.get(person) ?? [];
        this.#granted.set(person, granted);
        const row = effect.kind === "put" ? (JSON.parse(effect.row) as { policy: number }) : null;
        granted.push({ at, policy: row?.policy ?? null });
      }
    };
    for (const { effects } of before) note(effects, 0);
    for (const [at, { effects }] of history.entries()) note(effects, at + 1);
  }

  /** The one that he had after so many moments, and all that he got later: a decision may be newer than the rows. */
  since(person: string, moments: number): readonly (number | null)[] {
    const granted = this.#granted.get(person) ?? [];
    const current = granted.findLastIndex(({ at }) => at <= moments);
    return granted.slice(Math.max(0, current)).map(({ policy }) => policy);
  }
}

/** A plan and a policy that a page may be of, by their places among those that it had. */
type Stage = readonly [plan: number, policy: number];

class Judge {
  readonly #oracle: Oracle;
  readonly #books: Comparison["books"];
  readonly #grants: Grants;
  /** What each page can have been of when it was last looked at: nothing older comes back. */
  readonly #stages = new Map<PageRecord, readonly Stage[]>();

  constructor(oracle: Oracle, books: Comparison["books"], grants: Grants) {
    this.#oracle = oracle;
    this.#books = books;
    this.#grants = grants;
  }

  /** @param moments - how much of the history the oracle has seen */
  async look({ record, observed }: Seen, moments: number): Promise<void> {
    const before = this.#stages.get(record) ?? [[0, 0]];
    const { policies, first } = this.#policies(record, observed, moments);
    const stages: Stage[] = [];
    let difference: unknown = new Error("There is no policy under which it may be shown.");
    for (let plan = observed.plans[0]; plan <= observed.plans[1]; plan += 1) {
      for (const [at, policy] of policies.entries()) {
        const stage: Stage = [plan, first + at];
        if (!before.some((each) => each[0] <= stage[0] && each[1] <= stage[1])) continue;
        try {
          await this.#equals(record, observed, plan, policy);
          stages.push(stage);
        } catch (error) {
          difference = error;
        }
      }
    }
    if (stages.length === 0) throw difference;
    this.#stages.set(record, stages);
  }

  /** Those that may have been decided, and the first one's place among all. */
  #policies({ relation, user }: PageRecord, { policies }: Observed, moments: number) {
    const book = this.#books[relation.view].of(user);
    if (relation.view !== "granted") {
      const [first, last]: Range = policies;
      return { policies: book.slice(first, last + 1), first };
    }
    const all = this.#grants.since(user, 0).length;
    const granted = this.#grants.since(user, moments);
    return {
      policies: granted.map((each) => (each === null ? nothing() : (book[each] ?? nothing()))),
      first: all - granted.length,
    };
  }

  async #equals(record: PageRecord, observed: Observed, at: number, policy: RandomPolicy) {
    const { kind, origin, rows, more, header, before, count } = observed;
    const plan = record.plans[at];
    if (plan === undefined) throw new Error(`The page has no plan ${at}.`);
    const { relation } = record;
    const { position } = observed.version;
    const said = `${kind} by ${origin}, of ${record.user} at ${position}: ${JSON.stringify({ view: relation.view, plan: at, filter: plan.filter, order: plan.order, policy: policy.decision, header })}`;
    if (kind !== "shown") {
      const allowed = await this.#oracle.allowed(relation, policy.where);
      const keyOf = (row: (typeof rows)[number]): string =>
        JSON.stringify(header.key.map((place) => row[place]));
      const may = kind === "partial" ? before.rows : rows;
      const left = may.filter((row) => allowed.has(keyOf(row)));
      deepStrictEqual(rows, left, said);
      if (kind === "partial") deepStrictEqual(more, before.more, `more ${said}`);
      return;
    }
    const columns = policy.columns.filter(
      (name) => plan.columns?.includes(name) !== false || relation.key.includes(name),
    );
    deepStrictEqual(
      header.columns.map(([name]) => name),
      columns,
      `columns ${said}`,
    );
    const question = { plan, allowed: policy.where, columns, window: header };
    const expected: Expected = await this.#oracle.page(question);
    deepStrictEqual(rows, expected.rows, said);
    deepStrictEqual(more, expected.more, `more ${said}`);
    if (count === null) return;
    const { cap } = count;
    deepStrictEqual(
      { count: count.count, more: count.more },
      { count: Math.min(expected.count, cap), more: expected.count > cap },
      `count ${said}`,
    );
  }
}
