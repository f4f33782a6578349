// Pages of joined views are read anew after a pause, which all changes until then share: the last of
// them is not lost, whenever it comes.
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPage } from "../../client/open-page.ts";
import { until } from "../../fixtures/page-state.ts";
import { serve, type Serving } from "../../fixtures/serving.ts";
import { defineJoinedView } from "../index.ts";

interface Departure {
  readonly id: number;
  readonly title: string;
}

const DEBOUNCES = [0, 1, 20];

let serving: Serving;
beforeAll(async () => {
  serving = await serve({
    sql: `
      CREATE TABLE airlines (code text PRIMARY KEY, title text NOT NULL);
      CREATE TABLE flights (id integer PRIMARY KEY, airline text NOT NULL);
      INSERT INTO airlines VALUES ('KL', '0'); INSERT INTO flights VALUES (1, 'KL')`,
    tables: ["airlines", "flights"],
    views: DEBOUNCES.map((debounce) =>
      defineJoinedView({
        name: `departures${debounce}`,
        sql: "SELECT f.id, a.title FROM flights f JOIN airlines a ON a.code = f.airline",
        tables: ["flights", "airlines"],
        columns: { id: "integer", title: "text" },
        key: ["id"],
        debounce,
        policy: () => true,
      }),
    ),
  });
});
afterAll(() => serving.close());

const rename = (title: string): Promise<string> =>
  serving.write(`UPDATE airlines SET title = '${title}'`);

test.each(DEBOUNCES)("the last of many changes is shown (debounce %i)", async (debounce) => {
  const page = openPage<Departure>(await serving.socket(), `departures${debounce}`);
  await page.ready();
  const shows = (title: string) => until(page, ({ rows }) => rows[0]?.title === title);
  for (let burst = 1; burst <= 10; burst += 1) {
    const last = `${debounce} ${burst} last`;
    const changes = Array.from({ length: burst }, (_one, at) =>
      rename(`${debounce} ${burst} ${at}`),
    );
    // Now and then in the middle of a reading, or between its end and what follows from it.
    if (burst % 2 === 0) await shows(`${debounce} ${burst} ${burst - 1}`);
    void rename(last);
    // Nobody asks for it, and nothing else is written: it comes by itself, or never.
    await shows(last);
    await Promise.all(changes);
  }
  expect(page.state.status).toBe("live");
  await page.close();
});
