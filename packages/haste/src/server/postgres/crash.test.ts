// Live pages that were read just before the server crashed: of what was not on its disk, some had been
// seen, and numbers of transactions are given again.
import { connect, type Socket } from "@slipstream/client";
import { accept, ChannelsServer } from "@slipstream/server";
import { Client } from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { PageMirror } from "../../fixtures/page-mirror.ts";
import { PostgresServer } from "../../fixtures/postgres.ts";
import { postgresSource, setup } from "../../postgres/index.ts";
import type { Source } from "../../source/source.ts";
import { createHaste, defineView, type Haste } from "../index.ts";

const notes = defineView<{ id: number }, unknown>({
  name: "notes",
  table: "notes",
  columns: ["id"],
  policy: () => true,
});

let postgres: PostgresServer;
let client: Client;
let gate: Gate;
let haste: Haste;
let server: ChannelsServer;
let socket: Socket;

/** Something that happens once. */
class Event {
  happens!: () => void;
  readonly happened = new Promise<void>((resolve) => {
    this.happens = resolve;
  });
}

/** Holds a page between its snapshot and the stream's coming there. */
class Gate {
  isClosed = false;
  readonly opened = new Event();
  /** A page has been, and is held. */
  readonly read = new Event();
  /** The stream has been opened again. */
  readonly resumed = new Event();

  before(source: Source): Source {
    return {
      describe: (...asked) => source.describe(...asked),
      snapshot: async (...asked) => {
        const result = await source.snapshot(...asked);
        if (this.isClosed) {
          this.read.happens();
          await this.opened.happened;
        }
        return result;
      },
      reached: (...asked) => source.reached(...asked),
      close: () => source.close(),
      subscribe: (subscriber) =>
        source.subscribe({
          transaction: (transaction) => subscriber.transaction(transaction),
          epochChanged: (epoch) => subscriber.epochChanged(epoch),
          interrupted: (error) => subscriber.interrupted(error),
          resumed: () => {
            subscriber.resumed();
            this.resumed.happens();
          },
        }),
    };
  }
}

async function connected(database: string): Promise<Client> {
  const client = new Client(database);
  client.on("error", () => {});
  await client.connect();
  return client;
}

let database: string;

beforeEach(async () => {
  // Nothing comes to the disk but by a commit that waits for it.
  postgres = await PostgresServer.start(["wal_writer_delay=10000ms", "autovacuum=off"]);
  database = await postgres.createDatabase();
  client = await connected(database);
  await client.query("CREATE TABLE notes (id integer PRIMARY KEY)");
  await setup(client, ["notes"]);
  gate = new Gate();
  const source = gate.before(postgresSource({ connection: database }));
  haste = await createHaste<unknown>({ source, views: [notes] });
  server = new ChannelsServer();
  server.socket("/socket", { connect: () => accept({}), channels: { ...haste.channels } });
  const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
  socket = await connect(`ws://127.0.0.1:${port}/socket`);
});

afterEach(async () => {
  gate.opened.happens();
  await socket.disconnect();
  await server.close();
  await haste.close();
  await client.end();
  await postgres.remove();
});

/** Has a page be read, and the server crash before the stream comes there, which is waited for until or from then on. */
async function crashWhileRead(waits: "before" | "after"): Promise<void> {
  gate.isClosed = true;
  const opening = PageMirror.open(socket, "haste:notes");
  const failed = opening.then(
    () => false,
    () => true,
  );
  await gate.read.happened;
  await postgres.stop("SIGKILL");
  if (waits === "before") gate.opened.happens();
  await postgres.start();
  expect(await failed).toBe(true);
  await gate.resumed.happened;
  client = await connected(database);
}

async function shown(): Promise<unknown> {
  gate.opened.happens();
  const page = await PageMirror.open(socket, "haste:notes:again");
  return page.rows;
}

const WAITS = ["before", "after"] as const;

test.for(WAITS)("what was committed, seen and lost is not shown (waits %s)", async (waits) => {
  await client.query("SET synchronous_commit = off");
  await client.query("INSERT INTO notes VALUES (1)");
  await crashWhileRead(waits);
  // Otherwise nothing was lost, and this test shows nothing.
  expect((await client.query("SELECT id FROM notes")).rows).toEqual([]);
  expect(await shown()).toEqual([]);
});

test.for(WAITS)(
  "a transaction with the number of one that was lost is shown (waits %s)",
  async (waits) => {
    const ask = async (sql: string): Promise<string> => {
      const { rows } = await client.query<{ answer: string }>(`SELECT (${sql})::text AS answer`);
      return rows[0]?.answer ?? "";
    };
    const xid = "pg_current_xact_id()";
    // A log that begins anew, up to where all is on the disk: a page of it that is full would be written.
    await ask("pg_switch_wal()");
    await client.query("CREATE TABLE others (id integer)");
    const lost: string[] = [];
    for (let count = 0; count < 30; count += 1) {
      await client.query("BEGIN");
      lost.push(await ask(xid));
      await client.query("ROLLBACK");
    }
    // So much of the log that what comes after the crash stands before the page's position.
    await client.query("BEGIN");
    await client.query("INSERT INTO others SELECT n FROM generate_series(1, 5000) n");
    const position = await ask("pg_current_wal_insert_lsn()");
    await crashWhileRead(waits);
    await client.query("BEGIN");
    await client.query("INSERT INTO notes VALUES (7)");
    const again = await ask(xid);
    await client.query("COMMIT");
    // Otherwise this test shows nothing.
    expect(lost).toContain(again);
    expect(await ask(`pg_current_wal_insert_lsn() < '${position}'`)).toBe("true");
    expect(await shown()).toEqual([[7]]);
  },
);
