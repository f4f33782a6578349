// Policies that look into a PostgreSQL whose commits are told of before anybody sees them (P24).
import { connect, type Socket } from "@slipstream/client";
import { accept, ChannelsServer } from "@slipstream/server";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PageMirror } from "../../fixtures/page-mirror.ts";
import { PostgresServer } from "../../fixtures/postgres.ts";
import { postgresSource, setup } from "../../postgres/index.ts";
import { createHaste, defineView, type Haste } from "../index.ts";

let postgres: PostgresServer;
let client: Client;
let writer: Client;
let haste: Haste;
let server: ChannelsServer;
let socket: Socket;
let decisions = 0;

const notes = defineView<{ id: number; team: string }, unknown>({
  name: "notes",
  table: "notes",
  columns: ["id", "team"],
  policy: {
    tables: ["memberships"],
    async decide() {
      decisions += 1;
      const { rows } = await client.query<{ team: string }>("SELECT team FROM memberships");
      return ["in", "team", rows.map(({ team }) => team)];
    },
  },
});

beforeAll(async () => {
  // Only who says so waits for the standby.
  postgres = await PostgresServer.start([
    "synchronous_standby_names=nobody",
    "synchronous_commit=local",
  ]);
  const database = await postgres.createDatabase();
  client = new Client(database);
  writer = new Client(database);
  await Promise.all([client.connect(), writer.connect()]);
  await client.query(`
    CREATE TABLE notes (id integer PRIMARY KEY, team text NOT NULL);
    CREATE TABLE memberships (team text PRIMARY KEY);
    INSERT INTO notes VALUES (1, 'a'), (2, 'b');
    INSERT INTO memberships VALUES ('a'), ('b')`);
  await setup(client, ["notes", "memberships"]);
  haste = await createHaste<unknown>({
    source: postgresSource({ connection: database }),
    views: [notes],
  });
  server = new ChannelsServer();
  server.socket("/socket", { connect: () => accept({}), channels: { ...haste.channels } });
  const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
  socket = await connect(`ws://127.0.0.1:${port}/socket`);
});

afterAll(async () => {
  await socket.disconnect();
  await server.close();
  await haste.close();
  await Promise.all([client.end(), writer.end()]);
  await postgres.remove();
});

test("a page that is opened while a revocation is on its way shows nothing that it takes away", async () => {
  const { rows } = await writer.query<{ pid: number }>(
    "SELECT pg_backend_pid() AS pid, set_config('synchronous_commit', 'on', false)",
  );
  const { transactions } = haste.stats();
  // It waits for a standby that never comes: it is told of, and nobody sees it.
  const revoked = writer.query("DELETE FROM memberships WHERE team = 'b'");
  await expect.poll(() => haste.stats().transactions).toBe(transactions + 1);
  const { taken } = haste.stats().snapshots;
  const opening = PageMirror.open(socket, "haste:notes");
  await expect.poll(() => decisions + haste.stats().snapshots.taken).toBeGreaterThan(taken);
  await client.query("SELECT pg_cancel_backend($1)", [rows[0]?.pid]);
  await revoked;
  const page = await opening;
  expect(page.states.flatMap((state) => state.rows)).toEqual([[1, "a"]]);
});
