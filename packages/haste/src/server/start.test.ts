// What is wrong with the options of Haste, and with the queries of its views, is told at the start.
import { PGlite } from "@electric-sql/pglite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pgliteSource, setup } from "../pglite/index.ts";
import { createHaste, defineJoinedView, ViewError, type HasteOptions } from "./index.ts";

let db: PGlite;

beforeAll(async () => {
  db = await PGlite.create();
  await db.exec(`
    CREATE DOMAIN code AS text;
    CREATE TABLE airlines (code code PRIMARY KEY, title varchar(40));
    CREATE TABLE flights (id integer PRIMARY KEY, airline code REFERENCES airlines, "Gate" char(4))`);
  await setup(db, ["flights", "airlines"]);
});

afterAll(() => db.close());

const departures = {
  name: "departures",
  sql: `SELECT f.id, f."Gate", f.airline, a.title
    FROM flights f JOIN airlines a ON a.code = f.airline`,
  tables: ["flights", "airlines"],
  columns: {
    id: "int",
    Gate: "character | null",
    airline: "text | null",
    title: "varchar | null",
  },
  key: ["id"],
  policy: () => true,
} as const;

function start(change: object): Promise<unknown> {
  const view = defineJoinedView({ ...departures, ...change });
  return createHaste({ source: pgliteSource(db), views: [view] });
}

test("a query that gives what is declared is served", async () => {
  const haste = await createHaste({
    source: pgliteSource(db),
    views: [defineJoinedView(departures)],
  });
  expect(haste.stats().snapshots.taken).toBeGreaterThan(0);
  await haste.close();
});

test.each([
  [{ sql: "SELEC 1" }, "its sql cannot be run. PostgreSQL says: syntax error"],
  [{ sql: "SELECT 1 AS id FROM nowhere" }, 'relation "nowhere" does not exist'],
  [{ sql: "SELECT id FROM flights" }, 'column "Gate" does not exist'],
  [
    { columns: { ...departures.columns, id: "bigint" } },
    'id is declared as "bigint", and its sql gives "integer"',
  ],
  [{ columns: { ...departures.columns, title: "integer" } }, 'its sql gives "character varying"'],
])("a query that does not is refused before anything is served: %j", async (change, says) => {
  const error = await start(change).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(ViewError);
  expect((error as ViewError).message).toContain(says);
});

test.each([
  [{ views: [{ name: "flights" }] }, "views[0] is no view"],
  [{ views: undefined }, "createHaste needs its views"],
  [{ source: undefined }, "createHaste needs a source"],
  [{ limit: {} }, "createHaste has no option limit. There are source, views, limits"],
  [{ limits: { maxPages: 5 } }, "There is no limit maxPages"],
])("options that cannot be meant are refused: %j", async (change, says) => {
  const options = { source: pgliteSource(db), views: [], ...change };
  await expect(createHaste(options as unknown as HasteOptions<unknown>)).rejects.toThrow(says);
});
