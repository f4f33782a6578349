// One run of the differential test: random writers and readers at once, and then every state that
// any page has shown is compared with what the oracle says at its version (P20).
import { connect } from "@slipstream/client";
import { accept, ChannelsServer } from "@slipstream/server";
import { createHaste, defineJoinedView, defineView, type View } from "../server/index.ts";
import { UnseenChangeError } from "../server/view/served-views.ts";
import { compare } from "./compare.ts";
import type { Coverage } from "./coverage.ts";
import type { DifferentialDatabase } from "./database.ts";
import { Dice } from "./dice.ts";
import type { Run } from "./effects.ts";
import { nothing, PolicyBook, randomPolicy } from "./policies.ts";
import { Pace } from "./pace.ts";
import { RandomReader } from "./reader.ts";
import { randomSchema, type Relation, type Schema } from "./schema.ts";
import { seedPlan, type DisturbanceBeside } from "./seed-plan.ts";
import { TappedSource } from "./tapped-source.ts";
import { Writers } from "./writers.ts";

/** Ms in which a server on a busy machine answers. */
const PATIENCE = 120_000;

/** What a run looked at. */
export interface SeedResult {
  readonly pages: number;
  /** States that were compared. */
  readonly states: number;
}

export interface SeedOptions {
  readonly database: DifferentialDatabase;
  /** Runs statements in the second database. */
  readonly oracleRun: Run;
  readonly coverage: Coverage;
}

const READERS = 3;
/** More than pages grow to. */
const MAX_ROWS = 20_000;

/** A user of these pages: his name. */
interface User {
  readonly name: string;
}

/** @throws {Error} A page showed what it should not; the message names the seed. */
export async function runSeed(seed: number, options: SeedOptions): Promise<SeedResult> {
  try {
    return await play(seed, options);
  } catch (error) {
    throw new Error(`Seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

async function play(seed: number, { database, oracleRun, coverage }: SeedOptions) {
  const dice = new Dice(seed);
  const plan = seedPlan(seed);
  const schema = randomSchema(dice.fork(), seed);
  const { main, other, grants, relations } = schema;
  const tables = [main, other, grants];
  for (const { create } of tables) for (const sql of create) await database.run(sql);
  await database.setUp(tables.map(({ name }) => name));

  const users = Array.from({ length: READERS }, (_, at) => `user ${at}`);
  const books: Record<Relation["view"], PolicyBook> = {
    rows: new PolicyBook(),
    granted: new PolicyBook(),
    joined: new PolicyBook(),
  };
  for (const relation of relations) {
    const own = dice.fork();
    for (const user of users) books[relation.view].add(user, randomPolicy(own, relation));
  }
  const writers = new Writers({
    dice: dice.fork(),
    schema,
    database,
    coverage,
    users,
    books,
    plan,
  });
  const before = await writers.begin();

  const source = new TappedSource(database.source(), dice.fork());
  const failures: unknown[] = [];
  const haste = await createHaste<User>({
    source,
    views: viewsOf(schema, books, database, dice.pick([0, 0, 1, 5])),
    limits: {
      slack: dice.between(1, 4),
      maxRetainedChanges: dice.pick([3, 20, 20_000]),
      maxSnapshots: dice.between(1, 3),
      readsPerSnapshot: dice.pick([1, 8]),
      maxIdleGroups: dice.pick([1, 1_000]),
      maxBehind: dice.pick([1, 256 * 1_024]),
      maxOpenRate: 10_000,
      seenTimeout: PATIENCE,
    },
    logger: {
      error(_message, error) {
        // A commit that is held may change a table, for longer than is waited for.
        if (!(error instanceof UnseenChangeError)) failures.push(error);
      },
    },
  });
  const server = new ChannelsServer();
  server.socket("/socket", {
    connect: ({ params }) => accept({ name: String((params as { name?: unknown }).name) }),
    id: ({ name }) => name,
    channels: { ...haste.channels },
  });
  const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
  const readers = users.map(
    (user) =>
      new RandomReader({
        dice: dice.fork(),
        schema,
        user,
        coverage,
        books,
        connect: (name) =>
          connect(`ws://127.0.0.1:${port}/socket`, {
            params: { name },
            rejoin: false,
            // How long the machine takes is no difference between pages.
            joinTimeout: PATIENCE,
            pushTimeout: PATIENCE,
            logger: {},
          }),
        refresh: (name) => haste.refresh(dice.chance(0.5) ? name : (each) => each.name === name),
        someXid: (own) =>
          writers.written.length === 0 ? undefined : own.pick(writers.written).xid,
        isBulk: plan.isBulk,
      }),
  );
  try {
    const disturb: Readonly<Record<DisturbanceBeside, () => void | Promise<void>>> = {
      "subscriber failed": () => source.failNext(),
      "connections terminated": () => database.server?.terminate(),
      "database restarted": () => database.server?.restart(),
    };
    const actions = plan.isBulk ? 10 : 20;
    const pace = new Pace({ writers: writers.steps, readers: actions * READERS });
    const all = [
      writers.run(pace, (disturbance) => disturb[disturbance]()),
      ...readers.map(async (reader) => {
        for (let count = actions; count > 0; count -= 1) {
          await pace.next("readers");
          await reader.act();
          pace.step("readers");
        }
      }),
    ];
    await Promise.all(all).catch(async (error: unknown) => {
      pace.end();
      await Promise.allSettled(all);
      throw error;
    });
    const last = await writers.finish();
    await Promise.all(readers.map((reader) => reader.finish(last.xid)));
    // No page may be left that has waited for it.
    const reach = async (): Promise<void> => {
      const { position } = await source.snapshot((snapshot) => Promise.resolve(snapshot));
      await source.reached(position);
    };
    // A new epoch may begin meanwhile, once.
    await reach().catch(reach);
  } finally {
    await Promise.all(readers.map((reader) => reader.close()));
    await server.close();
    await haste.close();
  }
  // What befalls the source may make reads fail, and nothing else may.
  if (plan.disturbances.length === 0 && failures.length > 0) throw failures[0];
  const records = readers.flatMap((reader) => reader.records);
  const states = await compare({
    schema,
    before,
    written: writers.written,
    told: source.told,
    lost: async (untold, last) => {
      if (database.server !== null) return database.server.inOrder(untold);
      // They were written one after another. What came before has changed nothing.
      const { written } = writers;
      return untold.filter((each) => written.indexOf(each) > (last ? written.indexOf(last) : -1));
    },
    records,
    books,
    run: database.run,
    oracleRun,
  });
  for (const { drop } of tables) for (const sql of drop) await database.run(sql);
  return { pages: records.length, states };
}

function viewsOf(
  { main, grants, relations, joinSql, other }: Schema,
  books: Readonly<Record<Relation["view"], PolicyBook>>,
  { run }: DifferentialDatabase,
  debounce: number,
): readonly View<unknown, User>[] {
  const joined = relations.find(({ view }) => view === "joined") as Relation;
  const decide =
    (view: Relation["view"]) =>
    ({ name }: User) =>
      (books[view].of(name).at(-1) ?? nothing()).decision;
  const columns = main.columns.map(({ name }) => name);
  const views = [
    defineView<Record<string, unknown>, User>({
      name: "rows",
      table: main.name,
      columns,
      maxRows: MAX_ROWS,
      policy: decide("rows"),
    }),
    defineView<Record<string, unknown>, User>({
      name: "granted",
      table: main.name,
      columns,
      maxRows: MAX_ROWS,
      policy: {
        tables: [grants.name],
        async decide({ name }) {
          const [policy] = await run(
            `SELECT policy::text FROM ${grants.name} WHERE person = '${name}'`,
          );
          return (books.granted.of(name)[Number(policy ?? NaN)] ?? nothing()).decision;
        },
      },
    }),
    defineJoinedView({
      name: "joined",
      sql: joinSql,
      tables: [main.name, other.name],
      columns: Object.fromEntries(
        joined.columns.map(({ name, declared, nullable }) => [
          name,
          nullable ? `${declared} | null` : declared,
        ]),
      ),
      key: joined.key,
      debounce,
      maxRows: MAX_ROWS,
      policy: decide("joined") as never,
    }),
  ];
  return views;
}
