// The demo on a real PostgreSQL: it leaves nothing there, however it ends, and tells no password.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
// oxlint-disable-next-line no-restricted-imports -- the tests of live pages have the server that these need
import { PostgresServer } from "../../../../../haste/src/fixtures/postgres.ts";
import { MainProcess, runMain } from "../../../testing/main-process.ts";
import { readFlights } from "../../flights-file.ts";
import type { DemoResult } from "../../result.ts";
import { connectionString } from "../connection-string.ts";
import { DemoDatabaseError } from "../flights-database.ts";
import { LivePages } from "../live-pages.ts";
import { postgresFlights } from "./postgres-flights.ts";

const PASSWORD = "open-sesame-7391";
/** A bound for what hangs, on a machine that is busy. */
const LONG = 180_000;

let server: PostgresServer;
let url: string;

beforeAll(async () => {
  server = await PostgresServer.start();
  await server.query(`CREATE ROLE demo SUPERUSER LOGIN PASSWORD '${PASSWORD}'`);
  await server.query(`CREATE ROLE reader LOGIN PASSWORD '${PASSWORD}'`);
  await server.query("CREATE DATABASE theirs OWNER demo");
  // From here on a password is asked for.
  const [row] = await server.query("SHOW data_directory");
  await server.query(
    `COPY (VALUES ('host all postgres 127.0.0.1/32 trust'), ('host all all 127.0.0.1/32 scram-sha-256'),
       ('host replication all 127.0.0.1/32 scram-sha-256')) TO '${String(row?.["data_directory"])}/pg_hba.conf'`,
  );
  await server.query("SELECT pg_reload_conf()");
  url = address("demo", PASSWORD);
});

afterAll(() => server.remove());

afterEach(async () => {
  // Of everything in the server, what was there before is there, and nothing else.
  expect(await whatIsThere()).toEqual(["postgres", "template0", "template1", "theirs"]);
});

function address(user: string, password: string, database = "theirs"): string {
  return `postgres://${user}:${password}@127.0.0.1:${server.port}/${database}`;
}

async function whatIsThere(): Promise<readonly unknown[]> {
  const rows = await server.query(
    `SELECT datname AS name FROM pg_database UNION ALL SELECT slot_name FROM pg_replication_slots
     UNION ALL SELECT 'connection ' || application_name FROM pg_stat_activity
       WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
     UNION ALL SELECT subdbid::text FROM pg_subscription ORDER BY name`,
  );
  return rows.map(({ name }) => name);
}

test(
  "the whole demo, by DATABASE_URL",
  async () => {
    const args = ["demo", "--once", "--json", "--rows", "5000", "--seconds", "0"];
    const { code, stdout, stderr } = await runMain(args, { DATABASE_URL: url });
    const { checks, haste } = JSON.parse(stdout) as DemoResult;
    expect(checks.filter(({ held }) => !held)).toEqual([]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(haste).toMatchObject({ rows: 5_000, differences: 0 });
    expect(haste.database).toMatch(/^PostgreSQL \d+/);
    expect(haste.pages).toBeGreaterThan(50);
    expect(haste.changes).toBeGreaterThan(haste.pages);
    expect(stdout).not.toContain(PASSWORD);
  },
  LONG,
);

test(
  "the page is served until Ctrl-C, which ends it in order",
  async () => {
    const args = ["demo", "--page", "--rows", "5000", "--seconds", "0"];
    const demo = new MainProcess(args, { DATABASE_URL: url });
    await demo.says("Ctrl-C ends.", "stdout");
    expect(await whatIsThere()).toContainEqual(expect.stringMatching(/^slipstream_demo_/));
    demo.kill("SIGINT");
    const { code, stdout, stderr } = await demo.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/\nEnded\. The demo's database is dropped\.\n$/);
    expect(stdout).not.toContain(PASSWORD);
  },
  LONG,
);

test(
  "a restart of the server while the page is served: changes go on, and nothing is left",
  async () => {
    const args = ["demo", "--page", "--rows", "1000", "--seconds", "0"];
    const demo = new MainProcess(args, { DATABASE_URL: url });
    await demo.says("Ctrl-C ends.", "stdout");
    const [named] = await server.query("SELECT datname FROM pg_database WHERE datname ~ '^slip'");
    const slotAt = async (): Promise<unknown> => {
      const rows = await server.query(
        `SELECT confirmed_flush_lsn AS at FROM pg_replication_slots
         WHERE slot_name = '${String(named?.["datname"])}' AND active`,
      );
      return rows[0]?.["at"] ?? null;
    };
    await server.stop("SIGQUIT");
    await demo.says("The writer could not write.");
    await server.start();
    // It is followed again, and there is something to follow.
    await expect.poll(slotAt).not.toBeNull();
    const before = await slotAt();
    await expect.poll(slotAt).not.toBe(before);
    demo.kill("SIGINT");
    const { code, stderr } = await demo.ended;
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^((slipstream: The writer could not write\.|Changes of the database) .*\n)+$/,
    );
    expect(stderr).toMatch(/^Changes of the database come again\.$/m);
    expect(stderr).not.toContain(PASSWORD);
  },
  LONG,
);

test(
  "what a demo that was killed has left is dropped by the next one, and no other's",
  async () => {
    const args = ["demo", "--page", "--rows", "1000", "--seconds", "0"];
    const killed = new MainProcess(args, { DATABASE_URL: url });
    await killed.says("Ctrl-C ends.", "stdout");
    const signal = new AbortController().signal;
    // Another one, beside it, drops nothing that is in use.
    await (await postgresFlights(connectionString(url), signal)).close();
    killed.kill("SIGKILL");
    await killed.ended;
    await expect.poll(async () => (await whatIsThere()).length).toBe(6);
    await (await postgresFlights(connectionString(url), signal)).close();
  },
  LONG,
);

test(
  "stopped at any moment, it leaves nothing",
  async () => {
    const flights = await readFlights({ rows: 20_000 });
    const moments = ["opened", "opened later", "stored", "stored", "served", "changed", "changed"];
    for (const [at, moment] of moments.entries()) {
      const controller = new AbortController();
      const stop = (): void => controller.abort("enough");
      const run = async (): Promise<void> => {
        const db = await postgresFlights(connectionString(url), controller.signal);
        let live: LivePages | null = null;
        let told = 0;
        try {
          live = await LivePages.open({
            db,
            flights,
            signal: controller.signal,
            tell: ({ type }) => {
              if (type === "flightsStored" && moment === "stored") setImmediate(stop);
              if (type === "pageServed" && moment === "served") stop();
              if (type === "pagesChanged" && moment === "changed" && ++told > 50 * at) stop();
            },
          });
          await live.check();
        } finally {
          await live?.close();
          await db.close();
        }
      };
      if (moment === "opened") stop();
      if (moment === "opened later") setTimeout(stop, 100);
      await expect(run()).rejects.toBeDefined();
      expect(controller.signal.aborted).toBe(true);
      expect(await whatIsThere()).toEqual(["postgres", "template0", "template1", "theirs"]);
    }
  },
  LONG,
);

test(
  "what cannot be used is told at once, in words, without the password",
  async () => {
    const weak = await PostgresServer.start(["wal_level=replica"]);
    try {
      const told = [
        [address("demo", `not-${PASSWORD}`), "Check the user and the password in DATABASE_URL"],
        [address("demo", PASSWORD, "nowhere"), "Name a database in DATABASE_URL"],
        [address("reader", PASSWORD), "permission denied to create database"],
        [
          `postgres://demo:${PASSWORD}@127.0.0.1:1/theirs`,
          "at 127.0.0.1:1 failed: ECONNREFUSED. Check that the server runs and that host and port are right.",
        ],
        // Of a password that holds a slash, the beginning is read as a port.
        [`postgres://127.0.0.1:1/${PASSWORD}@host`, "PostgreSQL failed: ECONNREFUSED. Check that"],
        [`${url}?sslnegotiation=${PASSWORD}`, "check what DATABASE_URL says"],
        [`postgres://postgres:${PASSWORD}@127.0.0.1:${weak.port}/postgres`, "wal_level is replica"],
      ] as const;
      for (const [text, message] of told) {
        const { code, stdout, stderr } = await runMain(["demo"], { DATABASE_URL: text });
        expect(stderr).toContain(message);
        expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
        expect(stderr).not.toContain(PASSWORD);
      }
      expect(await weak.query("SELECT datname FROM pg_database ORDER BY 1")).toHaveLength(3);
    } finally {
      await weak.remove();
    }
  },
  LONG,
);

test("an address of something else is a mistake of usage", async () => {
  for (const text of [`mysql://demo:${PASSWORD}@localhost/x`, `postgres://demo:${PASSWORD}@[`]) {
    const { code, stdout, stderr } = await runMain(["demo"], { DATABASE_URL: text });
    expect(stderr).toContain("DATABASE_URL is not of PostgreSQL");
    expect(stderr).not.toContain(PASSWORD);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  }
});

test("a role that may make databases and no event triggers is told what it lacks", async () => {
  await server.query(`CREATE ROLE maker CREATEDB REPLICATION LOGIN PASSWORD '${PASSWORD}'`);
  const opened = postgresFlights(
    connectionString(address("maker", PASSWORD)),
    new AbortController().signal,
  );
  await expect(opened).rejects.toThrow(DemoDatabaseError);
  await expect(opened).rejects.toThrow("the role must be a superuser");
});
