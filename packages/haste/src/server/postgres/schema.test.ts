// Tables whose changes do not come any more, under pages that are open.
import { connect, type Socket } from "@slipstream/client";
import { accept, ChannelsServer } from "@slipstream/server";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { LivePage } from "../../client/live-page.ts";
import { openPage } from "../../client/open-page.ts";
import { until } from "../../fixtures/page-state.ts";
import { PostgresServer } from "../../fixtures/postgres.ts";
import { postgresSource, setup } from "../../postgres/index.ts";
import { createHaste, defineView, type Haste } from "../index.ts";

interface Thing {
  readonly id: number;
  readonly value: number;
}

const things = defineView({
  name: "things",
  table: "things",
  columns: { id: "integer", value: "integer" },
  policy: () => true,
});

let postgres: PostgresServer;
let client: Client;
let haste: Haste;
let server: ChannelsServer;
let socket: Socket;
let page: LivePage<Thing>;
let slot: string;
const logged: string[] = [];
const warned: string[] = [];
let interruptions: number;

beforeAll(async () => {
  postgres = await PostgresServer.start(["max_replication_slots=30"]);
});
afterAll(() => postgres.remove());

beforeEach(async () => {
  const connection = await postgres.createDatabase();
  client = new Client({ connectionString: connection });
  await client.connect();
  await client.query("CREATE TABLE things (id integer PRIMARY KEY, value integer NOT NULL)");
  await client.query("INSERT INTO things VALUES (1, 1), (2, 2)");
  await setup(client, ["things"]);
  slot = `haste_${connection.split("/").at(-1)}`;
  logged.length = 0;
  warned.length = 0;
  interruptions = 0;
  haste = await createHaste<unknown>({
    source: postgresSource({ connection, slot }),
    views: [things],
    logger: {
      error: (_text, error) => logged.push(String(error)),
      warn: (text) => warned.push(text),
    },
    telemetry: { interrupted: () => (interruptions += 1) },
  });
  server = new ChannelsServer();
  server.socket("/socket", { connect: () => accept({}), channels: { ...haste.channels } });
  const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
  socket = await connect(`ws://127.0.0.1:${port}/socket`);
  page = openPage<Thing>(socket, "things");
  await page.ready();
});

afterEach(async () => {
  await socket.disconnect();
  await server.close();
  await haste.close();
  await client.end();
});

const publishAll = "publish = 'insert, update, delete, truncate'";

test.each([
  [
    "a table in the place of another, not published",
    `ALTER TABLE things RENAME TO former; CREATE TABLE things (LIKE former INCLUDING ALL);
     INSERT INTO things SELECT * FROM former; DROP TABLE former`,
    "public.things is not in the publication haste",
    null,
  ],
  [
    "a table that is published no more",
    "ALTER PUBLICATION haste DROP TABLE things",
    "public.things is not in the publication haste",
    null,
  ],
  [
    "a publication that leaves out updates",
    "ALTER PUBLICATION haste SET (publish = 'insert')",
    "leaves out some kinds of changes",
    `ALTER PUBLICATION haste SET (${publishAll})`,
  ],
  [
    "a column that has another name",
    "ALTER TABLE things RENAME value TO worth",
    "has no column value",
    "ALTER TABLE things RENAME worth TO value",
  ],
] as const)("is not shown as true: %s", async (_what, sql, problem, mend) => {
  await client.query(sql);
  await until(page, ({ error }) => error?.code === "unavailable");
  expect(logged.join()).toContain(problem);
  expect(page.state.status).not.toBe("live");
  await client.query("UPDATE things SET id = id + 10");
  if (mend === null) await setup(client, ["things"]);
  else await client.query(mend);
  await until(page, ({ status }) => status === "live");
  expect(page.state.rows.map(({ id }) => id)).toEqual([11, 12]);
  const { rows } = await client.query<{ xid: string }>(
    "UPDATE things SET value = 9 WHERE id = 11 RETURNING pg_current_xact_id()::text AS xid",
  );
  await page.seen(rows[0]?.xid ?? "");
  expect(page.state.rows[0]?.value).toBe(9);
});

test("a publication that was dropped is followed again once the slot has been dropped too", async () => {
  const statuses: string[] = [];
  page.subscribe(() => {
    if (page.state.status !== statuses.at(-1)) statuses.push(page.state.status);
  });
  // Nobody tells of it, so that the view is not given up for another reason.
  await client.query(`DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT evtname FROM pg_event_trigger LOOP
      EXECUTE format('ALTER EVENT TRIGGER %I DISABLE', name);
    END LOOP;
  END $$`);
  await client.query("DROP PUBLICATION haste");
  await client.query("UPDATE things SET value = 5 WHERE id = 1");
  // However often it is tried, nothing comes: it is said once, and the page is stale all the time.
  await expect.poll(() => interruptions).toBeGreaterThan(4);
  expect(statuses).toEqual(["stale"]);
  expect(logged).toEqual([expect.stringContaining("publication haste")]);
  expect(logged[0]).toContain(`SELECT pg_drop_replication_slot('${slot}');`);
  expect(warned).toEqual([]);
  await setup(client, ["things"]);
  // Only when nobody holds it.
  const drop =
    "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1";
  await expect
    .poll(() =>
      client.query(drop, [slot]).then(
        () => true,
        () => false,
      ),
    )
    .toBe(true);
  await until(page, ({ status }) => status === "live");
  expect(page.state.rows.map(({ value }) => value)).toEqual([5, 2]);
  expect(haste.stats().epochs).toBe(2);
  expect(statuses).toEqual(["stale", "live"]);
  expect(logged).toHaveLength(1);
  expect(warned).toEqual(["Changes of the database come again."]);
});
