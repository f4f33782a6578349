// PostgreSQL, as the differential test writes to it: several connections at once.
import { randomUUID } from "node:crypto";
import { Pool, type PoolClient } from "pg";
import { postgresSource, setup } from "../postgres/index.ts";
import type { PostgresServer } from "../fixtures/postgres.ts";
import type { DifferentialDatabase } from "./database.ts";
import type { Run, Written } from "./effects.ts";

/** What a server is to be started with for these. */
export const SETTINGS: readonly string[] = [
  // Writers that wait for each other are told at once.
  "deadlock_timeout=10ms",
  "track_commit_timestamp=on",
  "timezone=UTC",
  // A commit that says so waits for this standby, which never comes.
  "synchronous_standby_names=nobody",
  "synchronous_commit=local",
];

/** At a commit that is held, at most: some hundred ms. */
const LOOKS = 300;

export interface PostgresDatabase extends DifferentialDatabase {
  close(): Promise<void>;
}

/** A new database of a server, and a slot of its own. */
export async function postgresDatabase(
  server: PostgresServer,
  slot: string,
): Promise<PostgresDatabase> {
  const writers = 4;
  const connection = await server.createDatabase();
  const pool = new Pool({ connectionString: connection, max: writers + 2 });
  // What is idle when the server goes away is replaced.
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  const run = postgresRun(pool);
  let restarting: Promise<void> = Promise.resolve();
  // A transaction's number does not tell: one of which nothing came to the disk is given again after
  // the server was killed.
  await run("CREATE TABLE committed (id uuid)");
  const wasCommitted = async (id: string): Promise<boolean> => {
    await restarting;
    return (await run(`SELECT id::text FROM committed WHERE id = '${id}'`)).length > 0;
  };
  return {
    writers,
    run,
    async transaction(work, isHeld) {
      await restarting;
      const client = await pool.connect();
      const id = randomUUID();
      let isCommitting = false;
      let isBroken = false;
      const breaks = (): void => {
        isBroken = true;
      };
      client.on("error", breaks);
      try {
        await client.query("BEGIN");
        await work(postgresRun(client));
        await client.query(`INSERT INTO committed VALUES ('${id}')`);
        const pid = isHeld === undefined ? null : await pidThatWaits(client);
        isCommitting = true;
        const committed = client.query("COMMIT");
        if (isHeld !== undefined && pid !== null) await holdCommit(run, pid, committed, isHeld);
        await committed;
      } catch (error) {
        await client.query("ROLLBACK").catch(breaks);
        // Only the answer may have been lost.
        if (!isCommitting || !isBroken || !(await wasCommitted(id))) throw error;
      } finally {
        client.removeListener("error", breaks);
        client.release(isBroken);
      }
    },
    async setUp(tables) {
      const client = await pool.connect();
      try {
        await setup(client, tables);
      } finally {
        client.release();
      }
    },
    source: () => postgresSource({ connection, slot, lockTimeout: 30_000 }),
    async loseEpoch(run) {
      // A slot that is made anew waits for the end of all transactions under way: of this one, too,
      // which is not in it then. Tried until it is dropped in a moment in which nobody holds it.
      for (let isDropped = false; !isDropped;) {
        await run("SAVEPOINT losing");
        isDropped = await run(`DO $$ BEGIN
          PERFORM pg_terminate_backend(active_pid, 1000) FROM pg_replication_slots
            WHERE active AND slot_name = '${slot}';
          PERFORM pg_drop_replication_slot('${slot}');
        END $$`).then(
          () => true,
          () => false,
        );
        if (!isDropped) await run("ROLLBACK TO SAVEPOINT losing");
      }
    },
    server: {
      async terminate() {
        await run(
          `SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity
           WHERE datname = current_database() AND application_name LIKE '%haste%'`,
        );
      },
      async restart() {
        restarting = server.stop("SIGKILL").then(() => server.start());
        await restarting;
      },
      inOrder: (written) => inOrder(run, written),
    },
    close: () => pool.end(),
  };
}

/** Has a transaction's commit wait for the standby; gives the process that will. */
async function pidThatWaits(client: PoolClient): Promise<string> {
  await client.query("SET LOCAL synchronous_commit = on");
  const [pid] = await postgresRun(client)("SELECT pg_backend_pid()::text");
  return pid ?? "";
}

/**
 * Looks at a commit that waits for the standby until that is over: it is ended when nobody holds it,
 * and after {@link LOOKS}, since whoever holds it may wait for somebody who waits for it.
 */
async function holdCommit(
  run: Run,
  pid: string,
  committed: Promise<unknown>,
  isHeld: () => boolean,
): Promise<void> {
  const ended = new AbortController();
  const over = (): void => ended.abort();
  committed.then(over, over);
  for (let looks = 0; !ended.signal.aborted;) {
    const waiting = `SELECT pid::text FROM pg_stat_activity WHERE pid = ${pid} AND wait_event = 'SyncRep'`;
    // The server may be killed meanwhile, and the commit has failed then.
    if ((await run(waiting).catch(() => [])).length === 0) continue;
    looks += 1;
    // It has committed: what is cancelled is the waiting.
    if (!isHeld() || looks > LOOKS) await run(`SELECT pg_cancel_backend(${pid})::text`).catch(over);
  }
}

/** Whatever touches the same rows waits for the other's commit, and so has a later time. */
async function inOrder(run: Run, written: readonly Written[]): Promise<readonly Written[]> {
  const at = new Map<Written, bigint>();
  for (const each of written) {
    const [micros] = await run(
      `SELECT (extract(epoch FROM pg_xact_commit_timestamp('${BigInt.asUintN(32, each.xid)}'::xid)) * 1000000)::int8::text`,
    );
    at.set(each, BigInt(micros ?? 0));
  }
  return written.toSorted((a, b) => Number((at.get(a) ?? 0n) - (at.get(b) ?? 0n)));
}

export function postgresRun(on: Pick<Pool | PoolClient, "query">): Run {
  return async (sql) => {
    const { rows } = await on.query<Record<string, string>>(sql);
    return rows.flatMap((row) => Object.values(row).slice(0, 1));
  };
}
