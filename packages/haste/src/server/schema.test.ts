// What becomes of open pages when their tables are changed under them.
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPage } from "../client/open-page.ts";
import type { LivePage } from "../client/live-page.ts";
import { setup } from "../pglite/index.ts";
import { serve, type Serving } from "../fixtures/serving.ts";
import { until } from "../fixtures/page-state.ts";
import { defineView } from "./index.ts";

interface Person {
  readonly id: number;
  readonly mood: string;
  readonly age: number | null;
}

/** Each test has a table of its own. */
const tables = ["labelled", "nulled", "replaced", "steady"] as const;

const views = tables.map((table) =>
  defineView({
    name: table,
    table,
    columns: { id: "integer", mood: "mood", age: "integer" },
    policy: () => true,
  }),
);

let serving: Serving;
const logged: string[] = [];

beforeAll(async () => {
  const table = (name: string): string => `
    CREATE TABLE ${name} (id integer PRIMARY KEY, mood mood NOT NULL, age integer NOT NULL);
    INSERT INTO ${name} VALUES (1, 'sad', 30), (2, 'happy', 40);`;
  serving = await serve({
    sql: `CREATE TYPE mood AS ENUM ('sad', 'happy'); ${tables.map(table).join("")}`,
    tables,
    views,
    logger: { error: (_text, error) => logged.push(String(error)) },
  });
});
afterAll(() => serving.close());

async function open(view: (typeof tables)[number]): Promise<LivePage<Person>> {
  const page = openPage<Person>(await serving.socket(), view, { orderBy: [{ column: "mood" }] });
  await page.ready();
  return page;
}

const ids = (page: LivePage<Person>): number[] => page.state.rows.map(({ id }) => id);

test("a label that an enum gets has its place in the order, and in filters", async () => {
  const page = await open("labelled");
  await serving.write("ALTER TYPE mood ADD VALUE 'so so' BEFORE 'happy'");
  await serving.write("INSERT INTO labelled VALUES (3, 'so so', 50)");
  await until(page, ({ status, rows }) => status === "live" && rows.length === 3);
  expect(ids(page)).toEqual([1, 3, 2]);
  await page.seen(await serving.write("INSERT INTO labelled VALUES (4, 'so so', 50)"));
  expect(ids(page)).toEqual([1, 3, 4, 2]);
  await page.change({ where: ["gte", "mood", "so so"] });
  expect(ids(page)).toEqual([3, 4, 2]);
});

test("a view that its table does not fit any more is refused, until it does", async () => {
  const page = await open("nulled");
  await serving.write("ALTER TABLE nulled ALTER age DROP NOT NULL");
  await until(page, ({ error }) => error?.code === "unavailable");
  expect(ids(page)).toEqual([1, 2]);
  expect(page.state.status).not.toBe("live");
  expect(logged.join()).toContain('age is declared as "integer", and is "integer | null"');
  await serving.write(`
    INSERT INTO nulled VALUES (3, 'sad', NULL);
    UPDATE nulled SET age = 60 WHERE id = 3;
    ALTER TABLE nulled ALTER age SET NOT NULL`);
  await until(page, ({ status }) => status === "live");
  expect(ids(page)).toEqual([1, 3, 2]);
});

test("a table in the place of another is followed once it is set up", async () => {
  const page = await open("replaced");
  await serving.write(`
    ALTER TABLE replaced RENAME TO former;
    CREATE TABLE replaced (LIKE former INCLUDING ALL);
    INSERT INTO replaced SELECT * FROM former;
    DROP TABLE former`);
  await until(page, ({ error }) => error?.code === "unavailable");
  expect(logged.join()).toContain("public.replaced has not all of its triggers");
  await setup(serving.db, ["replaced"]);
  await until(page, ({ status }) => status === "live");
  await page.seen(await serving.write("UPDATE replaced SET age = 99 WHERE id = 2"));
  expect(page.state.rows[1]?.age).toBe(99);
});

test("pages that nothing has changed for go on, and miss nothing of what is written meanwhile", async () => {
  const page = await open("steady");
  const { rows } = page.state;
  for (let turn = 1; turn <= 5; turn += 1) {
    void serving.write(`UPDATE steady SET age = ${turn} WHERE id = 2`);
    void serving.write(`ALTER TABLE steady ADD COLUMN more_${turn} integer DEFAULT 1`);
  }
  await page.seen(await serving.write("UPDATE steady SET age = 7 WHERE id = 2"));
  expect(page.state.rows.map(({ age }) => age)).toEqual([30, 7]);
  expect(page.state.rows[0]).toBe(rows[0]);
  expect(page.state.cameBack).toBe(null);
});
