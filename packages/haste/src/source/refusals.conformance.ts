// What a source refuses to follow, and what it says to run.
import { describe, expect, test } from "vitest";
import { FLIGHTS, type SourceTrial } from "../fixtures/source-trial.ts";

/** Tests of what is not set up, or cannot be followed. */
export function refusals(on: SourceTrial): void {
  describe("what is not set up is refused, with what to run", () => {
    test.each([
      ["no such table", "SELECT 1", "nowhere", "no table nowhere"],
      ["a view", "CREATE VIEW v AS SELECT 1 AS id", "v", "is a view"],
      ["no key", "CREATE TABLE k (a integer)", "k", "no primary key"],
      [
        "a key that two rows can share for a while",
        "CREATE TABLE k (a integer PRIMARY KEY DEFERRABLE)",
        "k",
        "deferrable",
      ],
      ["a key without an order", "CREATE TABLE k (a inet PRIMARY KEY)", "k", "order by"],
      [
        "partitions",
        "CREATE TABLE p (a integer PRIMARY KEY) PARTITION BY RANGE (a)",
        "p",
        "partitioned",
      ],
      [
        "heirs",
        "CREATE TABLE p (a integer PRIMARY KEY); CREATE TABLE c () INHERITS (p)",
        "p",
        "inherits",
      ],
      ["no log of changes", "CREATE UNLOGGED TABLE u (a integer PRIMARY KEY)", "u", "unlogged"],
    ])("%s", async (_what, sql, table, reason) => {
      await on.db.run(sql);
      const one = on.db.source();
      on.opened.push(one);
      await expect(one.describe([table])).rejects.toMatchObject({
        code: "setup",
        message: expect.stringContaining(reason),
      });
    });

    test("everything at once, and the SQL that mends it does", async () => {
      await on.db.run(`${FLIGHTS}; CREATE TABLE others (id integer PRIMARY KEY)`);
      const one = on.db.source();
      on.opened.push(one);
      const error = await one.describe(["flights", "others", "nowhere"]).catch((thrown) => thrown);
      expect(error.message).toMatch(/nowhere/);
      expect(error.message).toMatch(/flights/);
      expect(error.message).toMatch(/others/);
      for (const { sql } of error.shortcomings) if (sql !== undefined) await on.db.run(sql);
      expect(await one.describe(["flights", "others"])).toHaveLength(2);
    });
  });
}
