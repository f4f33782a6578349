// What is peculiar to a database within the program: one connection for both, a log that must not
// grow, files that outlive the process.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { Follower } from "../fixtures/follower.ts";
import { gate } from "../fixtures/until.ts";
import type { Source } from "../source/source.ts";
import { pgliteSource, setup } from "./index.ts";

let db: PGlite;
const sources: Source[] = [];

beforeAll(async () => {
  db = await PGlite.create();
});
afterAll(() => db.close());

beforeEach(async () => {
  await db.exec("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
  await db.exec("CREATE TABLE flights (id integer PRIMARY KEY, gate text)");
  await setup(db, ["flights"]);
});
afterEach(async () => {
  await Promise.all(sources.splice(0).map((source) => source.close()));
});

async function follow(on: PGlite = db): Promise<{ source: Source; follower: Follower }> {
  const source = pgliteSource(on);
  sources.push(source);
  const follower = new Follower(source, await source.describe(["flights"]));
  await source.subscribe(follower);
  await follower.caughtUp();
  follower.transactions.length = 0;
  return { source, follower };
}

test("without its schema nothing is left of it, and tables can be written and changed as before", async () => {
  const { source } = await follow();
  await source.close();
  await db.exec("DROP SCHEMA haste CASCADE");
  const { rows } = await db.query(
    `SELECT tgname AS name FROM pg_trigger WHERE tgname LIKE 'haste%'
     UNION ALL SELECT evtname FROM pg_event_trigger`,
  );
  expect(rows).toEqual([]);
  await db.exec(
    "INSERT INTO flights VALUES (1, 'A1'); ALTER TABLE flights ADD COLUMN airline text",
  );
});

test("a database on disk goes on where it was, in the same epoch", async () => {
  const folder = mkdtempSync(join(tmpdir(), "haste-pglite-"));
  try {
    const first = await PGlite.create(folder);
    await first.exec("CREATE TABLE flights (id integer PRIMARY KEY, gate text)");
    await setup(first, ["flights"]);
    const { source, follower } = await follow(first);
    await first.query("INSERT INTO flights VALUES (1, 'A1')");
    await follower.caughtUp();
    const { epoch, position } = follower.transactions[0]!;
    await source.close();
    await first.query("INSERT INTO flights VALUES (2, 'A2')");
    await first.close();

    const second = await PGlite.create(folder);
    const again = pgliteSource(second);
    const later = new Follower(again, await again.describe(["flights"]));
    await again.subscribe(later);
    await second.query("DELETE FROM flights WHERE id = 2");
    await later.caughtUp();
    expect(later.changes).toEqual([
      { kind: "insert", table: "public.flights", after: ["2", "A2"] },
      { kind: "delete", table: "public.flights", before: ["2", "A2"] },
    ]);
    expect(later.transactions.map((transaction) => transaction.epoch)).toEqual([epoch, epoch]);
    expect(later.transactions[0]!.position).toBeGreaterThan(position);
    await again.close();
    await second.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("the program's transaction is its own, however many pages are read meanwhile", async () => {
  const { source, follower } = await follow();
  const { opened, open } = gate();
  const writing = db.transaction(async (transaction) => {
    await transaction.query("INSERT INTO flights VALUES (1)");
    await opened;
    await transaction.query("INSERT INTO flights VALUES (2)");
  });
  const reads = Array.from({ length: 5 }, () =>
    source.snapshot(async ({ query, position }) => ({
      rows: await query("SELECT id FROM flights", []),
      position,
    })),
  );
  open();
  await writing;
  for (const { rows, position } of await Promise.all(reads)) {
    expect(rows).toEqual([["1"], ["2"]]);
    await source.reached(position);
  }
  expect(follower.transactions.map(({ changes }) => changes.length)).toEqual([2]);
});

test("the log holds no more than what was not taken", async () => {
  const { follower } = await follow();
  for (let turn = 0; turn < 4; turn += 1) {
    await db.query("INSERT INTO flights SELECT g, 'x' FROM generate_series(1, 5000) g");
    await db.query("DELETE FROM flights");
  }
  await follower.caughtUp();
  await expect
    .poll(async () => (await db.query("SELECT count(*)::int4 AS n FROM haste.log")).rows)
    .toEqual([{ n: 0 }]);
  // One of 40,000 entries takes 4 MB; vacuum gave the space back.
  await expect
    .poll(async () => {
      const { rows } = await db.query<{ size: number }>(
        "SELECT pg_relation_size('haste.log')::int4 AS size",
      );
      return rows[0]?.size;
    })
    .toBeLessThan(2 ** 21);
});

test("a log from which nobody takes is cut off, and a new epoch begins", async () => {
  const { source, follower } = await follow();
  const { opened, open } = gate();
  follower.before = () => opened;
  await db.query("INSERT INTO flights VALUES (1)");
  await expect
    .poll(() => db.query("SELECT FROM haste.log").then(({ rows }) => rows.length))
    .toBe(1);
  const before = await source.snapshot(async ({ epoch }) => epoch);
  await db.query(
    "INSERT INTO haste.log (relation, kind) SELECT 1, 'm' FROM generate_series(1, 200001)",
  );
  await db.query("INSERT INTO flights VALUES (2)");
  open();
  await expect.poll(() => follower.epochs.length).toBe(1);
  expect(follower.epochs[0]).not.toBe(before);
  await db.query("INSERT INTO flights VALUES (3)");
  await follower.caughtUp();
  expect(follower.transactions.at(-1)).toMatchObject({
    epoch: follower.epochs[0],
    changes: [{ kind: "insert", after: ["3", null] }],
  });
});

test("a key that is taken away stops no program from writing, and one that comes back is followed", async () => {
  const { source, follower } = await follow();
  await db.exec("ALTER TABLE flights DROP CONSTRAINT flights_pkey");
  await db.exec("ALTER TABLE flights RENAME id TO number");
  await db.query("INSERT INTO flights VALUES (1)");
  await expect(source.describe(["flights"])).rejects.toThrow("no primary key");
  await db.exec("ALTER TABLE flights ADD PRIMARY KEY (number)");
  await source.describe(["flights"]);
  await follower.caughtUp();
  follower.transactions.length = 0;
  await db.query("INSERT INTO flights VALUES (2)");
  await follower.caughtUp();
  expect(follower.changes).toEqual([
    { kind: "insert", table: "public.flights", after: ["2", null] },
  ]);
});

test("a table of three hundred columns", async () => {
  const columns = Array.from({ length: 300 }, (_, at) => `c${at} integer DEFAULT ${at}`);
  await db.exec(
    `DROP TABLE flights; CREATE TABLE flights (id integer PRIMARY KEY, ${columns.join()})`,
  );
  await setup(db, ["flights"]);
  const { follower } = await follow();
  await db.query("INSERT INTO flights VALUES (1)");
  await db.query("UPDATE flights SET c299 = NULL");
  await follower.caughtUp();
  expect(follower.copy("public.flights")[0]?.slice(-2)).toEqual(["298", null]);
});

test("a database has one reader at a time, and one that is closed tells whoever waits", async () => {
  const { source } = await follow();
  const other = pgliteSource(db);
  sources.push(other);
  await expect(other.subscribe(new Follower(other, []))).rejects.toThrow("subscriber already");
  await source.close();
  await other.describe(["flights"]);
  await other.subscribe(new Follower(other, []));

  const short = await PGlite.create();
  await setup(short, []);
  const last = pgliteSource(short);
  const follower = new Follower(last, []);
  await last.subscribe(follower);
  await follower.caughtUp();
  await short.close();
  await expect(last.snapshot(async () => 0)).rejects.toThrow();
  await last.close();
});
