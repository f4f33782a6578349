// The hook of React on a real PostgreSQL, with all that lies between: other tests have it on PGlite.
import { afterAll, beforeAll, expect, test } from "vitest";
import { PostgresServer } from "../../fixtures/postgres.ts";
import { servePostgres, type PostgresServing } from "../../fixtures/serving-postgres.ts";
import { pretendBrowser, ShownHook } from "../../fixtures/shown-hook.ts";
import { useLivePage, type UseLivePage, type UseLivePageOptions } from "../../react/index.ts";
import { defineView } from "../index.ts";

interface Thing {
  readonly id: number;
  readonly value: number;
}

let postgres: PostgresServer;
let serving: PostgresServing;
let endBrowser: () => void;

beforeAll(async () => {
  endBrowser = pretendBrowser();
  postgres = await PostgresServer.start();
  serving = await servePostgres(postgres, {
    sql: `CREATE TABLE things (id integer PRIMARY KEY, value integer NOT NULL);
      INSERT INTO things SELECT n, n FROM generate_series(1, 9) n`,
    tables: ["things"],
    views: [
      defineView({
        name: "things",
        table: "things",
        columns: { id: "integer", value: "integer" },
        policy: () => true,
      }),
    ],
  });
}, 120_000);
afterAll(async () => {
  await serving.close();
  await postgres.remove();
  endBrowser();
});

test("a component shows a page of PostgreSQL, through changes and a restart", async () => {
  const hook = new ShownHook<UseLivePageOptions<Thing>, UseLivePage<Thing>>((options) =>
    useLivePage<Thing>(serving.socket, options),
  );
  hook.show({ view: "things", orderBy: [{ column: "value" }], limit: 3 });
  const values = ({ rows }: UseLivePage<Thing>): readonly number[] => rows.map(({ id }) => id);
  const page = await hook.until(({ status }) => status === "live");
  expect(values(page)).toEqual([1, 2, 3]);
  await page.seen(await serving.write("UPDATE things SET value = 0 WHERE id = 9"));
  expect(values(await hook.until((each) => values(each)[0] === 9))).toEqual([9, 1, 2]);
  await page.next(2);
  await hook.until(({ rows }) => rows.length === 5);
  await postgres.stop("SIGQUIT");
  expect(values(await hook.until(({ status }) => status === "stale"))).toEqual([9, 1, 2, 3, 4]);
  await postgres.start();
  await serving.reconnect();
  await hook.until(({ status }) => status === "live");
  await serving.write("DELETE FROM things WHERE id = 1");
  expect(values(await hook.until((each) => values(each)[1] === 2))).toEqual([9, 2, 3, 4, 5]);
  hook.end();
});
