// What only real concurrency shows: commits that are streamed before they are seen, and pages that
// are read while others write.
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { Follower } from "../fixtures/follower.ts";
import { PostgresServer } from "../fixtures/postgres.ts";
import type { Row } from "../row.ts";
import type { Source, Transaction } from "../source/source.ts";
import { postgresSource, setup } from "./index.ts";

let server: PostgresServer;
let connection: string;
const clients: Client[] = [];
const sources: Source[] = [];

beforeAll(async () => {
  // Only who says so waits for the standby.
  server = await PostgresServer.start([
    "synchronous_standby_names=nobody",
    "synchronous_commit=local",
  ]);
});
afterAll(() => server.remove());

beforeEach(async () => {
  connection = await server.createDatabase();
  const client = await connect();
  await client.query("CREATE TABLE flights (id integer PRIMARY KEY, gate text)");
  await setup(client, ["flights"]);
});
afterEach(async () => {
  await Promise.all(sources.splice(0).map((source) => source.close()));
  await Promise.all(clients.splice(0).map((client) => client.end()));
});

async function connect(): Promise<Client> {
  const client = new Client(connection);
  await client.connect();
  clients.push(client);
  return client;
}

const slotName = (): string => `slot_${new URL(connection).pathname.slice(1)}`;

async function prepare(): Promise<{ source: Source; follower: Follower }> {
  const source = postgresSource({ connection, slot: slotName() });
  sources.push(source);
  return { source, follower: new Follower(source, await source.describe(["flights"])) };
}

async function follow(): Promise<{ source: Source; follower: Follower }> {
  const { source, follower } = await prepare();
  await source.subscribe(follower);
  return { source, follower };
}

/** A commit that waits for a standby which never comes: it is in the log, and nobody sees it. */
async function waitingCommit(sql: string): Promise<{ release: () => Promise<void> }> {
  const writer = await connect();
  const { rows } = await writer.query<{ pid: number }>(
    "SELECT pg_backend_pid() AS pid, set_config('synchronous_commit', 'on', false)",
  );
  const pid = rows[0]?.pid ?? 0;
  const committed = writer.query(sql);
  const event = `SELECT wait_event FROM pg_stat_activity WHERE pid = ${pid}`;
  await expect.poll(() => server.query(event)).toEqual([{ wait_event: "SyncRep" }]);
  return {
    release: async () => {
      // It has committed: what is cancelled is the waiting.
      await server.query(`SELECT pg_cancel_backend(${pid})`);
      await committed;
    },
  };
}

test("a commit is streamed before a later snapshot sees it, and the snapshot says so", async () => {
  const { source, follower } = await follow();
  const waiting = await waitingCommit("INSERT INTO flights VALUES (1, 'A1')");
  await expect.poll(() => follower.transactions.length).toBe(1);
  const [transaction] = follower.transactions;
  const early = await source.snapshot(async (snapshot) => ({
    rows: await snapshot.query("SELECT id FROM flights", []),
    position: snapshot.position,
    sees: snapshot.sees(transaction!),
  }));
  expect(early.rows).toEqual([]);
  expect(early.position).toBeGreaterThanOrEqual(transaction!.position);
  expect(early.sees).toBe(false);
  await waiting.release();
  const late = await source.snapshot(async (snapshot) => ({
    rows: await snapshot.query("SELECT id FROM flights", []),
    sees: snapshot.sees(transaction!),
  }));
  expect(late).toEqual({ rows: [["1"]], sees: true });
});

test("a process that starts while a commit waits is told of it, though another has taken it", async () => {
  const first = await follow();
  const waiting = await waitingCommit("INSERT INTO flights VALUES (1, 'A1')");
  await expect.poll(() => first.follower.transactions.length).toBe(1);
  await first.source.close();
  const second = await follow();
  await expect.poll(() => second.follower.transactions.length).toBe(1);
  expect(second.follower.transactions[0]!.xid).toBe(first.follower.transactions[0]!.xid);
  await waiting.release();
  await second.follower.caughtUp();
  // Now it is seen, and is not told a third time.
  await second.source.close();
  const third = await follow();
  await third.follower.caughtUp();
  expect(third.follower.transactions).toEqual([]);
});

/** A transaction that has a number and has not ended. */
async function running(): Promise<{ xid: string; commit: () => Promise<unknown> }> {
  const client = await connect();
  await client.query("BEGIN");
  const { rows } = await client.query<{ xid: string }>("SELECT pg_current_xact_id()::text AS xid");
  return { xid: rows[0]?.xid ?? "", commit: () => client.query("COMMIT") };
}

/** Resolves when somebody waits for the end of a transaction, as a slot does that is being made. */
async function awaited(xid: string): Promise<void> {
  const sql = `SELECT FROM pg_locks WHERE NOT granted AND locktype = 'transactionid' AND transactionid = '${xid}'`;
  await expect.poll(() => server.query(sql)).toHaveLength(1);
}

/** Subscribes, while a commit that nobody sees comes into the log before the slot's history begins. */
async function subscribeBehindCommit(source: Source, follower: Follower) {
  // The server looks for a place behind which it has the whole of each transaction, and waits for those
  // that run. These two lead it to one behind the commit, without having waited for that.
  const first = await running();
  const subscribed = source.subscribe(follower);
  subscribed.catch(() => {});
  await awaited(first.xid);
  const second = await running();
  await first.commit();
  await awaited(second.xid);
  const waiting = await waitingCommit("INSERT INTO flights VALUES (1, 'A1')");
  await second.commit();
  return { subscribed, waiting };
}

/** Whether a source waits for transactions to end. */
async function isWaiting(): Promise<boolean> {
  const sql = `SELECT FROM pg_stat_activity WHERE application_name LIKE '%haste%' AND query LIKE '%pg_snapshot_xmin%'`;
  return (await server.query(sql)).length > 0;
}

/** What pages know in the end: what a snapshot saw as soon as there could be one, and what was told. */
async function known(
  { source, follower }: Awaited<ReturnType<typeof prepare>>,
  subscribed: Promise<void>,
  release: () => Promise<void>,
): Promise<unknown[]> {
  let isRead = false;
  const read = subscribed
    .then(() => source.snapshot(({ query }) => query("SELECT id FROM flights", [])))
    .finally(() => (isRead = true));
  await expect.poll(async () => isRead || (await isWaiting())).toBe(true);
  await release();
  const rows = await read;
  await follower.caughtUp();
  return [...rows, ...follower.copy("public.flights")].map(([id]) => id);
}

test("a commit that waits while the slot is made is not lost between the stream and the pages", async () => {
  const own = await prepare();
  const { subscribed, waiting } = await subscribeBehindCommit(own.source, own.follower);
  expect(await known(own, subscribed, waiting.release)).toEqual(["1"]);
});

test("nor is it where the process ends that has made the slot, and another goes on", async () => {
  const first = await prepare();
  const { subscribed, waiting } = await subscribeBehindCommit(first.source, first.follower);
  await expect.poll(isWaiting).toBe(true);
  await first.source.close();
  await expect(subscribed).rejects.toThrow("closed");
  await expect.poll(isWaiting).toBe(false);
  const second = await prepare();
  const again = second.source.subscribe(second.follower);
  expect(await known(second, again, waiting.release)).toEqual(["1"]);
});

test("a source whose slot waits for somebody's transaction can be closed", async () => {
  const { source, follower } = await prepare();
  const { xid, commit } = await running();
  const subscribed = source.subscribe(follower);
  subscribed.catch(() => {});
  await awaited(xid);
  await source.close();
  await expect(subscribed).rejects.toThrow("closed");
  await commit();
});

/** Rows by key, after transactions. */
function replay(rows: readonly Row[], transactions: readonly Transaction[]): string[] {
  const byKey = new Map(rows.map((row) => [row[0], row]));
  for (const { changes } of transactions) {
    for (const change of changes) {
      if (change.kind === "reload") throw new Error("Nothing here reloads.");
      if (change.kind !== "insert") byKey.delete(change.before[0] ?? "");
      if (change.kind !== "delete") byKey.set(change.after[0] ?? "", change.after);
    }
  }
  return [...byKey.values()].map((row) => JSON.stringify(row)).sort();
}

test("snapshot, unseen transactions, position: together they are one moment of the history", async () => {
  const { source, follower } = await follow();
  const stop = new AbortController();
  const write = async (seed: number): Promise<void> => {
    const client = await connect();
    for (let turn = 0; !stop.signal.aborted; turn += 1) {
      const id = (seed * 7 + turn * 13) % 50;
      const statements = [
        `INSERT INTO flights VALUES (${id}, '${seed}/${turn}')
           ON CONFLICT (id) DO UPDATE SET gate = excluded.gate`,
        `SAVEPOINT a; UPDATE flights SET gate = gate || 'x' WHERE id = ${(id + 1) % 50}; RELEASE a`,
        `SAVEPOINT b; DELETE FROM flights WHERE id = ${(id + 2) % 50}; ROLLBACK TO b`,
        `DELETE FROM flights WHERE id = ${(id + 3) % 50}`,
      ];
      const end = turn % 5 === 4 ? "ROLLBACK" : "COMMIT";
      await client.query(`BEGIN; ${statements.join(";")}; ${end}`).catch(async () => {
        // Two writers wait for each other: one of them gives up.
        await client.query("ROLLBACK");
      });
    }
  };
  const writers = [1, 2, 3, 4].map(write);
  let unseen = 0;
  try {
    for (let turn = 0; turn < 200; turn += 1) {
      const page = await source.snapshot(async ({ query, position, sees }) => ({
        rows: await query("SELECT id, gate FROM flights", []),
        position,
        sees,
      }));
      await source.reached(page.position);
      const upTo = follower.transactions.filter(({ position }) => position <= page.position);
      const missing = upTo.filter((transaction) => !page.sees(transaction));
      unseen += missing.length;
      expect(replay(page.rows, missing)).toEqual(replay([], upTo));
    }
  } finally {
    stop.abort();
    await Promise.all(writers);
  }
  expect(follower.transactions.length).toBeGreaterThan(100);
  // Otherwise this test has shown nothing.
  expect(unseen).toBeGreaterThan(0);
});
