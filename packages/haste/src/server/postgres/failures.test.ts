// Live pages on a PostgreSQL that is restarted, loses its slot, and is written to in bulk.
import { connect, type Socket } from "@slipstream/client";
import { accept, ChannelsServer } from "@slipstream/server";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { PageMirror } from "../../fixtures/page-mirror.ts";
import { until } from "../../fixtures/page-state.ts";
import { PostgresServer } from "../../fixtures/postgres.ts";
import { openPage } from "../../client/open-page.ts";
import { StreamConnection } from "../../postgres/connection.ts";
import { postgresSource, setup } from "../../postgres/index.ts";
import { createHaste, defineView, type Haste } from "../index.ts";

const numbers = defineView({
  name: "numbers",
  table: "numbers",
  columns: { id: "integer", value: "integer" },
  order: [{ column: "value" }],
  policy: () => true,
});

let postgres: PostgresServer;
let database: string;
let haste: Haste;
let server: ChannelsServer;
let socket: Socket;
/** Who has taken the slot. */
let thief: StreamConnection | null = null;

beforeAll(async () => {
  postgres = await PostgresServer.start();
});

afterAll(() => postgres.remove());

beforeEach(async () => {
  database = await postgres.createDatabase();
  await write(
    "CREATE TABLE numbers (id integer PRIMARY KEY, value integer NOT NULL)",
    "INSERT INTO numbers SELECT n, n FROM generate_series(1, 20000) n",
  );
  const client = new Client({ connectionString: database });
  await client.connect();
  await setup(client, ["numbers"]);
  await client.end();
  const slot = `haste_${database.split("/").at(-1)}`;
  haste = await createHaste<unknown>({
    source: postgresSource({ connection: database, slot }),
    views: [numbers],
  });
  server = new ChannelsServer();
  server.socket("/socket", { connect: () => accept({}), channels: { ...haste.channels } });
  const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
  socket = await connect(`ws://127.0.0.1:${port}/socket`);
});

afterEach(async () => {
  await thief?.close();
  thief = null;
  await socket.disconnect();
  await server.close();
  await haste.close();
});

/** Runs statements in one transaction, and gives its id. */
async function write(...statements: readonly string[]): Promise<string> {
  const client = new Client({ connectionString: database });
  await client.connect();
  try {
    await client.query("BEGIN");
    for (const statement of statements) await client.query(statement);
    const { rows } = await client.query<{ xid: string }>(
      "SELECT pg_current_xact_id()::text AS xid",
    );
    await client.query("COMMIT");
    return rows[0]?.xid ?? "";
  } finally {
    await client.end();
  }
}

test("a page is stale while the database is away, and true again when it is back", async () => {
  const page = await PageMirror.open(socket, "haste:numbers", { after: 3 });
  const said = (event: string) => page.heard.filter((each) => each.event === event).length;
  await postgres.stop("SIGKILL");
  await page.until(() => said("stale") === 1);
  expect(page.column("id")).toEqual([1, 2, 3]);
  expect(haste.stats().isLive).toBe(false);
  await postgres.start();
  await page.until(() => said("live") === 1);
  await page.seen(await write("DELETE FROM numbers WHERE id = 2"));
  expect(page.column("id")).toEqual([1, 3, 4]);
  expect(haste.stats().epochs).toBe(1);
});

test("a page that is opened while no changes come says so, and one that cannot be had says why", async () => {
  const page = await PageMirror.open(socket, "haste:numbers", { after: 3 });
  thief = await takenSlot();
  await page.until(() => ageOf(page) === "stale");

  const equal = await PageMirror.open(socket, "haste:numbers:equal", { after: 3 });
  await equal.until(() => ageOf(equal) === "stale");
  expect(equal.rows).toEqual(page.rows);
  const other = PageMirror.open(socket, "haste:numbers:other", { after: 4 });
  await expect(other).rejects.toMatchObject({ response: { reason: "unavailable" } });

  const live = openPage<{ id: number }>(socket, "numbers", { limit: 5 });
  const { status, error } = await until(live, (state) => state.error !== null);
  expect({ status, error }).toMatchObject({ status: "loading", error: { code: "unavailable" } });
  await thief.close();
  expect((await live.ready()).rows.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5]);
  await equal.until(() => ageOf(equal) === "live");
});

/** What a page was told last of whether changes come. */
function ageOf({ heard }: PageMirror): string | undefined {
  return heard.findLast(({ event }) => event === "stale" || event === "live")?.event;
}

/** Another process takes the slot, once the source has let go of it. */
async function takenSlot(): Promise<StreamConnection> {
  const slot = `haste_${database.split("/").at(-1)}`;
  for (;;) {
    await postgres.query(
      `SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '${slot}' AND active`,
    );
    const connection = await StreamConnection.open(database, "thief");
    try {
      const from = { slot, publication: "haste", from: 0n };
      await connection.start(
        from,
        () => {},
        () => {},
      );
      return connection;
    } catch {
      await connection.close();
    }
  }
}

test("a lost slot begins a new epoch, by which pages are read again", async () => {
  const page = await PageMirror.open(socket, "haste:numbers", { after: 3 });
  const slot = `haste_${database.split("/").at(-1)}`;
  await postgres.query(
    `SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '${slot}'`,
  );
  // It is taken again at once: it can only be dropped in between.
  await expect
    .poll(() =>
      postgres
        .query(
          `SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '${slot}' AND active;
           SELECT pg_drop_replication_slot('${slot}')`,
        )
        .then(
          () => "dropped",
          () => "active",
        ),
    )
    .toBe("dropped");
  await page.seen(await write("DELETE FROM numbers WHERE id = 2"));
  await page.until(() => page.column("id")[1] === 3);
  await expect.poll(() => haste.stats().epochs).toBe(2);
  const again = await PageMirror.open(socket, "haste:numbers:again", { after: 3 });
  expect(again.rows).toEqual(page.rows);
});

test("a bulk update of 10,000 rows is one batch, and one of more than can be held reloads", async () => {
  const page = await PageMirror.open(socket, "haste:numbers", { after: 3 });
  const states = page.states.length;
  await page.seen(await write("UPDATE numbers SET value = value + 1 WHERE id <= 10000"));
  expect(page.states.slice(states).map(({ rows }) => rows)).toEqual([
    [
      [1, 2],
      [2, 3],
      [3, 4],
    ],
  ]);
  await page.seen(await write("UPDATE numbers SET value = -value"));
  expect(page.column("id")).toEqual([20_000, 19_999, 19_998]);
});
