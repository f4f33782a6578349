// What happens to a source when the server, the slot or the connection goes away.
import { Socket } from "node:net";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { Follower } from "../fixtures/follower.ts";
import { PostgresServer } from "../fixtures/postgres.ts";
import { gate } from "../fixtures/until.ts";
import type { Source } from "../source/source.ts";
import { postgresSource, setup, StreamError, type PostgresSourceOptions } from "./index.ts";

let server: PostgresServer;
let connection: string;
const sources: Source[] = [];

beforeAll(async () => {
  server = await PostgresServer.start(["max_slot_wal_keep_size=16MB", "min_wal_size=32MB"]);
});
afterAll(() => server.remove());

beforeEach(async () => {
  connection = await server.createDatabase();
  await withClient(async (client) => {
    await client.query("CREATE TABLE flights (id integer PRIMARY KEY, gate text)");
    await setup(client, ["flights"]);
  });
});
afterEach(async () => {
  await Promise.all(sources.splice(0).map((source) => source.close()));
  // A slot is in use until the server has noticed that its reader has gone.
  await expect
    .poll(async () => {
      await server.query(
        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE NOT active",
      );
      return await server.query("SELECT slot_name FROM pg_replication_slots");
    })
    .toEqual([]);
});

async function withClient<Result>(task: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client(connection);
  await client.connect();
  try {
    return await task(client);
  } finally {
    await client.end();
  }
}

const run = (sql: string): Promise<unknown> => withClient((client) => client.query(sql));

async function follow(options: Partial<PostgresSourceOptions> = {}) {
  const source = postgresSource({ connection, ...options });
  sources.push(source);
  const follower = new Follower(source, await source.describe(["flights"]));
  return { source, follower, subscribed: source.subscribe(follower) };
}

/** A connection that is not there yet is waited for, as any program does. */
async function caughtUp(follower: Follower): Promise<void> {
  await expect
    .poll(() =>
      follower.caughtUp().then(
        () => true,
        () => false,
      ),
    )
    .toBe(true);
}

test.each(["SIGKILL", "SIGQUIT", "SIGINT"] as const)(
  "goes on where it was after the server was restarted (%s)",
  async (signal) => {
    const { follower, subscribed } = await follow();
    await subscribed;
    await run("INSERT INTO flights SELECT g FROM generate_series(1, 100) g");
    await follower.caughtUp();
    await server.stop(signal);
    await expect.poll(() => follower.interruptions.length).toBeGreaterThan(0);
    await server.start();
    await expect.poll(() => follower.resumptions).toBe(1);
    await run("UPDATE flights SET gate = 'A1' WHERE id = 7");
    await caughtUp(follower);
    // Nothing twice and nothing left out: the copy would not have taken it.
    expect(follower.transactions).toHaveLength(2);
    expect(follower.transactions[1]!.previous).toBe(follower.transactions[0]!.position);
    expect(follower.copy("public.flights")).toHaveLength(100);
    expect(follower.epochs).toEqual([]);
    for (const error of follower.interruptions) expect(error).toBeInstanceOf(StreamError);
  },
  120_000,
);

test("a shutdown of the server waits for no reader that is slow", async () => {
  const { follower, subscribed } = await follow();
  await subscribed;
  const { opened, open } = gate();
  follower.before = () => opened;
  await run("INSERT INTO flights VALUES (1)");
  await run("INSERT INTO flights VALUES (2)");
  await server.stop("SIGINT");
  open();
  await server.start();
  await expect.poll(() => follower.transactions.length).toBe(2);
});

test("a connection that is cut is opened again, and so is one by which pages are read", async () => {
  const { source, follower, subscribed } = await follow();
  await subscribed;
  await run("INSERT INTO flights VALUES (1)");
  await follower.caughtUp();
  const cut = source.snapshot(async ({ query }) => {
    // Between two questions, as far as the snapshot's own connection goes.
    await server.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '%haste%'`,
    );
    return await query("SELECT id FROM flights", []);
  });
  await expect(cut).rejects.toThrow(/terminat|connection error/);
  await expect.poll(() => follower.resumptions).toBe(1);
  await run("INSERT INTO flights VALUES (2)");
  await caughtUp(follower);
  expect(follower.transactions).toHaveLength(2);
  const rows = await source.snapshot(({ query }) => query("SELECT id FROM flights", []));
  expect(rows).toHaveLength(2);
});

test("a connection that the server ends as soon as it is made fails what it was made for, and nothing else", async () => {
  const sockets: Socket[] = [];
  const stream = (): Socket => {
    const socket = new Socket();
    // The first answer is read together with the server's goodbye, as by a process that is busy.
    if (sockets.push(socket) === 1) socket.once("connect", () => socket.pause());
    return socket;
  };
  const source = postgresSource({ connection: { connectionString: connection, stream } });
  sources.push(source);
  const described = Promise.allSettled([source.describe(["flights"])]);
  const ours = "FROM pg_stat_activity WHERE application_name LIKE 'slipstream haste%'";
  await expect.poll(() => server.query(`SELECT state ${ours}`)).toEqual([{ state: "idle" }]);
  await server.query(`SELECT pg_terminate_backend(pid) ${ours}`);
  await expect.poll(() => server.query(`SELECT pid ${ours}`)).toEqual([]);
  sockets[0]?.resume();
  expect(await described).toMatchObject([
    { status: "rejected", reason: { message: expect.stringContaining("connection error") } },
  ]);
  expect(await source.describe(["flights"])).toHaveLength(1);
  expect(sockets).toHaveLength(2);
});

test("another process waits its turn, and is told why", async () => {
  const first = await follow();
  await first.subscribed;
  const second = await follow();
  await expect.poll(() => second.follower.interruptions.length).toBeGreaterThan(1);
  for (const error of second.follower.interruptions) {
    expect(error).toMatchObject({ code: "slot_in_use" });
    expect(error.message).toMatch(/slot haste is in use by another process \(PID \d+/);
  }
  await run("INSERT INTO flights VALUES (1)");
  await first.follower.caughtUp();
  await first.source.close();
  await second.subscribed;
  await run("INSERT INTO flights VALUES (2)");
  await second.follower.caughtUp();
  expect(second.follower.changes).toEqual([
    { kind: "insert", table: "public.flights", after: ["2", null] },
  ]);
});

test("a slot that somebody dropped begins a new epoch", async () => {
  const { source, follower, subscribed } = await follow();
  await subscribed;
  await run("INSERT INTO flights VALUES (1)");
  await follower.caughtUp();
  const epoch = follower.transactions[0]!.epoch;
  // Until it is dropped in a moment in which nobody holds it.
  await expect
    .poll(() =>
      run(`DO $$ BEGIN
        PERFORM pg_terminate_backend(active_pid, 1000) FROM pg_replication_slots WHERE active;
        PERFORM pg_drop_replication_slot('haste');
      END $$`).then(
        () => true,
        () => false,
      ),
    )
    .toBe(true);
  await expect.poll(() => follower.epochs.length).toBe(1);
  expect(follower.epochs[0]).not.toBe(epoch);
  await expect.poll(() => follower.resumptions).toBeGreaterThan(0);
  await run("INSERT INTO flights VALUES (2)");
  await caughtUp(follower);
  expect(follower.transactions.at(-1)!.epoch).toBe(follower.epochs[0]);
  expect(await source.snapshot(async (snapshot) => snapshot.epoch)).toBe(follower.epochs[0]);
});

test("a slot that fell behind too far is made anew, in a new epoch", async () => {
  const first = await follow();
  await first.subscribed;
  const epoch = await first.source.snapshot(async (snapshot) => snapshot.epoch);
  await first.source.close();
  for (let segment = 0; segment < 8; segment += 1) {
    await run("INSERT INTO flights VALUES (1) ON CONFLICT (id) DO UPDATE SET gate = 'x'");
    await run("SELECT pg_switch_wal()");
  }
  await run("CHECKPOINT");
  expect(await server.query("SELECT wal_status FROM pg_replication_slots")).toEqual([
    { wal_status: "lost" },
  ]);
  const second = await follow();
  await second.subscribed;
  expect(await second.source.snapshot(async (snapshot) => snapshot.epoch)).not.toBe(epoch);
  await run("INSERT INTO flights VALUES (3)");
  await second.follower.caughtUp();
  expect(second.follower.changes).toEqual([
    { kind: "insert", table: "public.flights", after: ["3", null] },
  ]);
});

test("while the database is slow to answer, one question at a time waits for it", async () => {
  const warnings: Error[] = [];
  const warned = (warning: Error): number => warnings.push(warning);
  process.on("warning", warned);
  const { follower, subscribed } = await follow();
  await subscribed;
  await follower.caughtUp();
  const backends = await server.query(
    `SELECT pid FROM pg_stat_activity
     WHERE application_name LIKE 'slipstream haste%' AND backend_type = 'client backend'`,
  );
  const signal = (name: "SIGSTOP" | "SIGCONT"): void => {
    for (const { pid } of backends) process.kill(Number(pid), name);
  };
  signal("SIGSTOP");
  try {
    for (let id = 1; id <= 30; id += 1) {
      await run(`INSERT INTO flights VALUES (${id})`);
      await expect.poll(() => follower.transactions.length).toBe(id);
    }
  } finally {
    signal("SIGCONT");
  }
  await follower.caughtUp();
  process.off("warning", warned);
  expect(warnings).toEqual([]);
});

test("what is closed leaves no connection, and the slot to whoever comes next", async () => {
  const { source, subscribed } = await follow();
  await subscribed;
  const reads = Array.from({ length: 20 }, () =>
    source.snapshot(({ query }) => query("SELECT pg_sleep(0.01)", [])),
  );
  const closing = source.close();
  await Promise.allSettled(reads);
  await closing;
  await expect
    .poll(() =>
      server.query("SELECT pid FROM pg_stat_activity WHERE application_name LIKE '%haste%'"),
    )
    .toEqual([]);
  expect(await server.query("SELECT active FROM pg_replication_slots")).toEqual([
    { active: false },
  ]);
});

test("closes while it tries to connect", async () => {
  const { source, follower, subscribed } = await follow();
  await subscribed;
  await server.stop("SIGKILL");
  await expect.poll(() => follower.interruptions.length).toBeGreaterThan(0);
  await source.close();
  await server.start();
  const never = postgresSource({ connection: "postgres://127.0.0.1:1/none" });
  sources.push(never);
  const subscribing = never.subscribe(new Follower(never, []));
  await Promise.all([never.close(), expect(subscribing).rejects.toThrow("closed")]);
});

test("the rows of a table whose old rows are not logged any more are a reload", async () => {
  const { follower, subscribed } = await follow();
  await subscribed;
  await run("INSERT INTO flights VALUES (1)");
  await run("ALTER TABLE flights REPLICA IDENTITY DEFAULT");
  await run("UPDATE flights SET gate = 'A1'");
  await run("DELETE FROM flights");
  await follower.caughtUp();
  const reload = { kind: "reload", table: "public.flights", cause: "schema" };
  expect(follower.changes.slice(1)).toEqual([reload, reload, reload]);
});
