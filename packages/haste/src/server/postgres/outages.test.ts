// What befalls a database under pages that are open: locks, a dead network, a lost log, restarts. Each
// page is true, or says that it is not; when it is over all are true again, and nothing is left of it.
import { Relay } from "@slipstream/faults";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { LivePage } from "../../client/live-page.ts";
import { openPage } from "../../client/open-page.ts";
import { until } from "../../fixtures/page-state.ts";
import { PostgresServer } from "../../fixtures/postgres.ts";
import {
  servePostgres,
  type PostgresServing,
  type ServePostgres,
} from "../../fixtures/serving-postgres.ts";
import { StreamConnection } from "../../postgres/connection.ts";
import { defineView } from "../index.ts";

interface Thing {
  readonly id: number;
  readonly value: number;
}

const views = ["things", "others"].map((name) =>
  defineView({
    name,
    table: name,
    columns: { id: "integer", value: "integer" },
    policy: () => true,
  }),
);

let postgres: PostgresServer;
let serving: PostgresServing;
/** Closed after each test, the newest first. */
const opened: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  postgres = await PostgresServer.start(["max_slot_wal_keep_size=16MB", "min_wal_size=32MB"]);
}, 120_000);
afterAll(() => postgres.remove());
afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close();
  await serving.close();
});

async function serve(options: Partial<ServePostgres> = {}): Promise<void> {
  const table = (name: string): string => `
    CREATE TABLE ${name} (id integer PRIMARY KEY, value integer NOT NULL);
    INSERT INTO ${name} SELECT n, n FROM generate_series(1, 2000) n;`;
  serving = await servePostgres(postgres, {
    sql: ["things", "others"].map(table).join(""),
    tables: ["things", "others"],
    views,
    ...options,
  });
}

async function open(view: "things" | "others", limit = 5): Promise<LivePage<Thing>> {
  const page = openPage<Thing>(serving.socket, view, { limit });
  await page.ready();
  return page;
}

const live = (page: LivePage<Thing>) => until(page, ({ status }) => status === "live");
const stale = (page: LivePage<Thing>) => until(page, ({ status }) => status !== "live");

/** Once it has seen what was written last, it is what the table is. */
async function isTrue(page: LivePage<Thing>, table: "things" | "others"): Promise<void> {
  const xid = await serving.write(`UPDATE ${table} SET value = value + 1 WHERE id % 3 = 0`);
  await page.seen(xid);
  const { length } = page.state.rows;
  const { rows } = await serving.client.query<Thing>(
    `SELECT id, value FROM ${table} ORDER BY id LIMIT ${length}`,
  );
  expect(page.state.rows).toEqual(rows);
}

async function connected(): Promise<Client> {
  const client = new Client({ connectionString: serving.connection });
  client.on("error", () => {});
  await client.connect();
  opened.push(() => client.end().catch(() => {}));
  return client;
}

test("a page whose table is locked says that it is old, and keeps no page of another table waiting", async () => {
  await serve();
  const page = await open("things");
  const other = await open("others");
  const [writer, locker] = [await connected(), await connected()];
  await writer.query("BEGIN; DELETE FROM things WHERE id <= 100");
  const locked = locker.query("BEGIN; LOCK TABLE things");
  const waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'";
  await expect.poll(async () => (await postgres.query(waits))[0]?.["count"]).toBe("1");
  // Who waits for the lock has it before the page can be filled up again.
  await writer.query("COMMIT");
  await locked;
  await stale(page);
  const wanting = Array.from({ length: 20 }, (_one, at) =>
    openPage<Thing>(serving.socket, "things", { where: ["gt", "id", at] }),
  );
  await until(wanting[0] as LivePage<Thing>, ({ error }) => error !== null);
  await isTrue(other, "others");
  await open("others", 7);
  await locker.query("ROLLBACK");
  await Promise.all([page, ...wanting].map(live));
  expect(page.state.rows.map(({ id }) => id)).toEqual([101, 102, 103, 104, 105]);
  await isTrue(page, "things");
});

test("behind a network that has died, pages are old, and true again when it is back", async () => {
  const { port } = new URL(postgres.connectionString());
  const relay = await Relay.listen({ targetPort: Number(port) });
  opened.push(() => relay.close());
  let isArmed = false;
  await serve({
    through(connection) {
      const url = new URL(connection);
      url.port = `${relay.port}`;
      return url.href;
    },
    telemetry: {
      // The table is to be described then, for which the stream waits.
      transaction() {
        if (isArmed) relay.behave({ type: "silent" });
        isArmed = false;
      },
    },
  });
  const page = await open("things");
  const other = await open("others");
  isArmed = true;
  await serving.client.query("ALTER TABLE things ADD more integer DEFAULT 1");
  await serving.write("DELETE FROM others WHERE id = 1");
  await Promise.all([stale(page), stale(other)]);
  relay.behave({ type: "pass" });
  relay.cut();
  await Promise.all([live(page), live(other)]);
  await isTrue(page, "things");
  await isTrue(other, "others");
  // It ends in the same way, though nothing that it says is answered.
  relay.behave({ type: "silent" });
  openPage<Thing>(serving.socket, "things", { limit: 7 });
  await serving.haste.close();
});

test("a slot whose log was given up begins anew, and so do pages", async () => {
  await serve();
  const page = await open("things");
  const other = await open("others");
  const thief = await takenSlot();
  opened.push(() => thief.close());
  await Promise.all([stale(page), stale(other)]);
  // It takes nothing of this, and the server does not keep it for ever.
  await serving.write("DELETE FROM things WHERE id < 3");
  for (let segment = 0; segment < 8; segment += 1) {
    await serving.write("UPDATE others SET value = value + 1 WHERE id = 1");
    await postgres.query("SELECT pg_switch_wal()");
  }
  await postgres.query("CHECKPOINT");
  await Promise.all([live(page), live(other)]);
  expect(serving.haste.stats().epochs).toBe(2);
  await isTrue(page, "things");
  await isTrue(other, "others");
});

/** Another process takes the slot, once the source has let go of it. */
async function takenSlot(): Promise<StreamConnection> {
  const { slot, connection } = serving;
  for (;;) {
    await postgres.query(
      `SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '${slot}' AND active`,
    );
    const thief = await StreamConnection.open(connection, "thief");
    try {
      const from = { slot, publication: "haste", from: 0n };
      await thief.start(
        from,
        () => {},
        () => {},
      );
      return thief;
    } catch {
      await thief.close();
    }
  }
}

test("a database that is restarted again and again leaves pages true, and nothing behind", async () => {
  await serve();
  const pages = [await open("things"), await open("things", 50), await open("others")];
  const before = serving.haste.stats();
  for (const signal of ["SIGQUIT", "SIGKILL", "SIGQUIT"] as const) {
    const writing = serving.write("UPDATE things SET value = value + 1").catch(() => {});
    await postgres.stop(signal);
    await writing;
    await Promise.all(pages.map(stale));
    await postgres.start();
    await serving.reconnect();
    await Promise.all(pages.map(live));
    for (const page of pages) await isTrue(page, page === pages[2] ? "others" : "things");
  }
  const { pages: open_, groups, epochs } = serving.haste.stats();
  expect({ pages: open_, groups, epochs }).toEqual({
    pages: before.pages,
    groups: before.groups,
    epochs: 1,
  });
  const ours = await postgres.query(
    "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'slipstream haste%'",
  );
  // The stream's two, and those by which pages are read.
  expect(ours.length).toBeLessThanOrEqual(2 + 8);
}, 120_000);
