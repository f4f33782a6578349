// One run of the differential test: random writers and readers at once, and then every state that
// any page has shown is compared with what the oracle says at its version (P20).
import type { Socket } from "@slipstream/client";
import { connect } from "@slipstream/client";
import { accept, ChannelsServer } from "@slipstream/server";
import { deepStrictEqual } from "node:assert/strict";
import { createHaste, defineView } from "../server/index.ts";
import { parseVersion } from "../server/engine/version.ts";
import type { Json } from "../json.ts";
import type { Source } from "../source/source.ts";
import { Dice } from "./dice.ts";
import { allRows, Oracle } from "./oracle.ts";
import type { PagePlan } from "./page-plan.ts";
import { RandomReader, type ReadPage } from "./reader.ts";
import { randomTable, type RandomTable } from "./schema.ts";
import { TappedSource } from "./tapped-source.ts";
import { write, type Effect, type Run, type Written } from "./writes.ts";

/** The database under test. */
export interface DifferentialDatabase {
  /** How many transactions may be under way at once. */
  readonly writers: number;
  readonly run: Run;
  /** Runs `work` in a transaction, and commits unless it rejects. */
  transaction(work: (run: Run) => Promise<void>): Promise<void>;
  setUp(tables: readonly string[]): Promise<void>;
  source(): Source;
}

export interface SeedSize {
  readonly transactions: number;
  readonly readers: number;
  /** What each reader does. */
  readonly actions: number;
}

const SIZE: SeedSize = { transactions: 40, readers: 3, actions: 20 };

/** What a run looked at. */
export interface SeedResult {
  readonly transactions: number;
  readonly pages: number;
  /** States that were compared. */
  readonly states: number;
}

/** @throws {Error} A page showed what it should not; the message names the seed. */
export async function runSeed(
  seed: number,
  database: DifferentialDatabase,
  oracleRun: Run,
  size: SeedSize = SIZE,
): Promise<SeedResult> {
  try {
    return await play(seed, database, oracleRun, size);
  } catch (error) {
    throw new Error(`Seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

async function play(
  seed: number,
  database: DifferentialDatabase,
  oracleRun: Run,
  size: SeedSize,
): Promise<SeedResult> {
  const dice = new Dice(seed);
  const table = randomTable(dice.fork(), `seed_${seed}`);
  const written: Written[] = [];
  await database.run(table.ddl);
  await database.setUp([table.name]);
  await writeOnce(dice.fork(), table, database, written);

  const source = new TappedSource(database.source(), dice.fork());
  const view = defineView<Record<string, unknown>, unknown>({
    name: "random",
    table: table.name,
    columns: table.columns.map(({ name }) => name),
    policy: () => true,
  });
  const haste = await createHaste<unknown>({
    source,
    views: [view],
    limits: {
      slack: dice.between(1, 4),
      maxRetainedChanges: dice.pick([3, 20, 20_000]),
      maxSnapshots: dice.between(1, 3),
      readsPerSnapshot: dice.pick([1, 8]),
      maxIdleGroups: dice.pick([1, 1_000]),
      maxOpenRate: 10_000,
    },
  });
  const server = new ChannelsServer();
  server.socket("/socket", { connect: () => accept({}), channels: { ...haste.channels } });
  const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
  const plans = new Map<string, PagePlan>();
  const readers = Array.from(
    { length: size.readers },
    () =>
      new RandomReader({
        dice: dice.fork(),
        table,
        view: "random",
        plans,
        connect: (): Promise<Socket> => connect(`ws://127.0.0.1:${port}/socket`),
      }),
  );
  const before = written.length;
  try {
    const writers = Array.from({ length: database.writers }, async () => {
      const own = dice.fork();
      for (let count = size.transactions / database.writers; count > 0; count -= 1) {
        await writeOnce(own, table, database, written);
      }
    });
    const reading = readers.map(async (reader) => {
      for (let count = size.actions; count > 0; count -= 1) await reader.act();
    });
    await Promise.all([...writers, ...reading]);
    await writeLast(table, database, written);
    const last = written.at(-1);
    if (last !== undefined) await Promise.all(readers.map((reader) => reader.seen(last.xid)));
  } finally {
    await Promise.all(readers.map((reader) => reader.close()));
    await server.close();
    await haste.close();
  }
  const pages = readers.flatMap((reader) => reader.pages);
  const states = await compare({
    table,
    written,
    before,
    source,
    plans,
    pages,
    database,
    oracleRun,
  });
  await database.run(`DROP TABLE ${table.name}`);
  return { transactions: source.delivered.length, pages: pages.length, states };
}

async function writeOnce(
  dice: Dice,
  table: RandomTable,
  database: DifferentialDatabase,
  written: Written[],
): Promise<void> {
  const effects: Effect[] = [];
  const gaveUp = new Error("The transaction is rolled back.");
  try {
    let xid = 0n;
    await database.transaction(async (run) => {
      for (let count = dice.between(1, 4); count > 0; count -= 1) {
        await write(dice, table, run, effects);
      }
      xid = BigInt((await run("SELECT pg_current_xact_id()::text"))[0] ?? 0);
      if (dice.chance(0.1)) throw gaveUp;
    });
    written.push({ xid, effects });
  } catch (error) {
    if (error !== gaveUp && !isExpected(error)) throw error;
  }
}

/** A last transaction that changes something for certain. */
async function writeLast(
  table: RandomTable,
  database: DifferentialDatabase,
  written: Written[],
): Promise<void> {
  await database.transaction(async (run) => {
    await run(`TRUNCATE ${table.name}`);
    const literals = table.columns.map((column) => column.literal(new Dice(1))).join(", ");
    const rows = await run(
      `INSERT INTO ${table.name} VALUES (${literals}) RETURNING row_to_json(${table.name})::text`,
    );
    const xid = BigInt((await run("SELECT pg_current_xact_id()::text"))[0] ?? 0);
    const puts = rows.map((row): Effect => ({ kind: "put", row }));
    written.push({ xid, effects: [{ kind: "clear" }, ...puts] });
  });
}

/** A key that is taken, or two transactions that wait for each other. */
function isExpected(error: unknown): boolean {
  return ["23505", "40P01"].includes((error as { readonly code?: string }).code ?? "");
}

interface Comparison {
  readonly table: RandomTable;
  readonly written: readonly Written[];
  /** How many transactions there were before anybody followed. */
  readonly before: number;
  readonly source: TappedSource;
  readonly plans: ReadonlyMap<string, PagePlan>;
  readonly pages: readonly ReadPage[];
  readonly database: DifferentialDatabase;
  readonly oracleRun: Run;
}

interface Observed {
  readonly position: bigint;
  readonly plan: PagePlan;
  readonly state: ReadPage["states"][number];
}

async function compare(comparison: Comparison): Promise<number> {
  const { table, written, before, source, pages, database, oracleRun } = comparison;
  const observed = pages.flatMap((page) => observations(page, comparison.plans));
  observed.sort((a, b) => (a.position < b.position ? -1 : a.position > b.position ? 1 : 0));
  const oracle = new Oracle(oracleRun, table);
  await oracle.begin();
  try {
    for (const { effects } of written.slice(0, before)) await oracle.apply(effects);
    const byXid = new Map(
      written.slice(before).map((each) => [BigInt.asUintN(32, each.xid), each]),
    );
    const look = async ({ plan, state }: Observed): Promise<void> => {
      const { rows, more } = await oracle.page(plan, state.header);
      const said = `at version ${state.version}, ${JSON.stringify(plan.filter)} ${JSON.stringify(plan.order)} ${JSON.stringify(state.header)}`;
      deepStrictEqual(
        state.rows.map((row) => row.map(textOf)),
        rows.map((row) => row.map(plain)),
        said,
      );
      deepStrictEqual(state.more, more, `more ${said}`);
    };
    const rest = observed.values();
    let next = rest.next();
    const lookUntil = async (end: bigint | number): Promise<void> => {
      while (next.done !== true && next.value.position < end) {
        await look(next.value);
        next = rest.next();
      }
    };
    for (const { position, xid } of source.delivered) {
      await lookUntil(position);
      const transaction = byXid.get(BigInt.asUintN(32, xid));
      if (transaction === undefined) continue;
      await oracle.apply(transaction.effects);
      byXid.delete(BigInt.asUintN(32, xid));
    }
    await lookUntil(Infinity);
    // What was never delivered changed nothing, or the two tables differ now.
    deepStrictEqual(await oracle.all(), await allRows(database.run, table), "the oracle itself");
  } finally {
    await oracle.end();
  }
  return observed.length;
}

/** The states of a page with what was asked for; its versions never go back. */
function observations(page: ReadPage, plans: ReadonlyMap<string, PagePlan>): Observed[] {
  let plan: PagePlan | undefined;
  let last = -1n;
  return page.states.map((state): Observed => {
    plan = plans.get(state.header.group) ?? plan;
    const version = parseVersion(state.version);
    if (version === null || plan === undefined) throw new Error(`What is ${state.version}?`);
    if (version.position < last) throw new Error(`Version ${state.version} came after ${last}.`);
    last = version.position;
    return { position: version.position, plan, state };
  });
}

/** A value as a client gets it, as the text that PostgreSQL writes. */
function textOf(value: Json): string | null {
  return typeof value === "object" ? null : plain(`${value}`);
}

/** Clients get timestamps in ISO 8601. */
function plain(text: string | null): string | null {
  return text?.replace(/^(\d{4}-\d\d-\d\d) (.*)\+00$/u, "$1T$2Z") ?? null;
}
