// Tables that are emptied together, under pages of each.
import { expect, test } from "vitest";
import { PageMirror } from "../fixtures/page-mirror.ts";
import { serve } from "../fixtures/serving.ts";
import { defineView } from "./index.ts";

const policy = () => true;
const airlines = defineView({
  name: "airlines",
  table: "airlines",
  columns: { code: "text" },
  policy,
});
const flights = defineView({
  name: "flights",
  table: "flights",
  columns: { id: "integer", airline: "text" },
  policy,
});

test("TRUNCATE … CASCADE empties the pages of all tables that it reaches, each in one step", async () => {
  const serving = await serve({
    sql: `CREATE TABLE airlines (code text PRIMARY KEY);
      CREATE TABLE flights (id integer PRIMARY KEY, airline text NOT NULL REFERENCES airlines);
      INSERT INTO airlines VALUES ('KL'), ('LH');
      INSERT INTO flights SELECT n, 'KL' FROM generate_series(1, 30) n`,
    tables: ["airlines", "flights"],
    views: [airlines, flights],
  });
  try {
    const socket = await serving.socket();
    const pages = [
      await PageMirror.open(socket, "haste:airlines"),
      await PageMirror.open(socket, "haste:flights", { after: 10 }),
    ];
    const xid = await serving.write("TRUNCATE airlines CASCADE");
    for (const page of pages) {
      await page.seen(xid);
      expect(page.rows).toEqual([]);
      expect(page.more).toEqual([false, false]);
      expect(page.states).toHaveLength(2);
    }
    const [one, other] = pages.map(({ version }) => version);
    expect(one).toBe(other);
  } finally {
    await serving.close();
  }
});
