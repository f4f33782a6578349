// How a source hands over what it tells: one after the other, again after a failure, and beside snapshots.
import { expect, test } from "vitest";
import { FLIGHTS, type SourceTrial } from "../fixtures/source-trial.ts";
import { gate } from "../fixtures/until.ts";
import type { Snapshot, Transaction } from "./source.ts";

/** Tests of deliveries, snapshots and positions. */
export function delivery(on: SourceTrial): void {
  test("a subscriber's error stops the stream, and what it refused is told again", async () => {
    await on.follow(FLIGHTS, ["flights"]);
    const tried: bigint[] = [];
    on.follower.before = ({ position }) => {
      tried.push(position);
      if (tried.length < 3) throw new Error("no room");
    };
    await on.db.run("INSERT INTO flights VALUES (1)");
    await on.db.run("INSERT INTO flights VALUES (2)");
    await expect.poll(() => on.follower.transactions.length).toBe(2);
    expect(tried).toEqual([tried[0], tried[0], tried[0], tried[3]]);
    expect(on.follower.interruptions.map(({ message }) => message)).toEqual(
      expect.arrayContaining(["no room"]),
    );
    await expect.poll(() => on.follower.resumptions).toBeGreaterThan(0);
    expect(on.follower.epochs).toEqual([]);
  });

  test("the next transaction waits until the one before it is taken", async () => {
    await on.follow(FLIGHTS, ["flights"]);
    const { opened, open } = gate();
    const begun: Transaction[] = [];
    on.follower.before = async (transaction) => {
      begun.push(transaction);
      await opened;
    };
    await on.db.run("INSERT INTO flights VALUES (1)");
    await on.db.run("INSERT INTO flights VALUES (2)");
    await expect.poll(() => begun.length).toBe(1);
    await on.source.reached(begun[0]!.position);
    expect(begun).toHaveLength(1);
    open();
    await on.follower.caughtUp();
    expect(begun).toHaveLength(2);
  });

  test("a new process goes on in the same epoch with what was not taken", async () => {
    await on.follow(FLIGHTS, ["flights"]);
    await on.db.run("INSERT INTO flights VALUES (1)");
    await on.follower.caughtUp();
    const epoch = await on.source.snapshot(async (snapshot) => snapshot.epoch);
    const stuck = gate();
    let begun = 0;
    on.follower.before = async () => {
      begun += 1;
      await stuck.opened;
      throw new Error("the process ends");
    };
    await on.db.run("INSERT INTO flights VALUES (2)");
    await expect.poll(() => begun).toBe(1);
    const closing = on.source.close();
    stuck.open();
    await closing;
    await on.db.run("INSERT INTO flights VALUES (3)");
    await on.restart(["flights"]);
    await on.follower.caughtUp();
    expect(on.follower.changes.slice(-2)).toEqual([
      { kind: "insert", table: "public.flights", after: ["2", null, null] },
      { kind: "insert", table: "public.flights", after: ["3", null, null] },
    ]);
    expect(on.follower.transactions.map((one) => one.epoch)).toEqual(
      on.follower.transactions.map(() => epoch),
    );
  });

  test("a snapshot sees one moment, and says which transactions it has", async () => {
    await on.follow(FLIGHTS, ["flights"]);
    await on.db.run("INSERT INTO flights VALUES (1)");
    await on.follower.caughtUp();
    const { sees, position } = await on.source.snapshot(async (snapshot) => {
      expect(await snapshot.query("SELECT id FROM flights", [])).toEqual([["1"]]);
      const rows = await snapshot.query(
        "SELECT $1::int4 + 1, $2::bool, $3::text, $4::bytea, $5::jsonb, $6::int4[], $7::date",
        ["1", "t", null, String.raw`\x00`, '{"a": 1}', "{1,2}", "2026-11-26"],
      );
      expect(rows).toEqual([["2", "t", null, String.raw`\x00`, '{"a": 1}', "{1,2}", "2026-11-26"]]);
      return snapshot;
    });
    expect(sees(on.follower.transactions[0]!)).toBe(true);
    await on.db.run("INSERT INTO flights VALUES (2)");
    await on.follower.caughtUp();
    expect(sees(on.follower.transactions[1]!)).toBe(false);
    expect(on.follower.transactions[0]!.position).toBeLessThanOrEqual(position);
  });

  test("a snapshot writes nothing, and its errors are the reader's", async () => {
    await on.follow(FLIGHTS, ["flights"]);
    const writing = on.source.snapshot(({ query }) => query("INSERT INTO flights VALUES (1)", []));
    await expect(writing).rejects.toThrow(/read-only/);
    const wrong = on.source.snapshot(async () => {
      throw new Error("mine");
    });
    await expect(wrong).rejects.toThrow("mine");
    expect(await on.content(on.tables[0]!)).toEqual([]);
  });

  test("a hundred snapshots at once all come to their turn, and one that gives up does not", async () => {
    await on.follow(FLIGHTS, ["flights"]);
    let running = 0;
    let most = 0;
    const stop = new AbortController();
    const reads = Array.from({ length: 100 }, (_, at) =>
      on.source.snapshot(async ({ query }: Snapshot) => {
        running += 1;
        most = Math.max(most, running);
        await query("SELECT 1", []);
        running -= 1;
        return at;
      }),
    );
    const late = on.source.snapshot(async () => -1, stop.signal);
    stop.abort(new Error("gave up"));
    await expect(late).rejects.toThrow("gave up");
    expect(await Promise.all(reads)).toEqual(reads.map((_, at) => at));
    expect(most).toBeLessThanOrEqual(8);
  });

  test("whoever waits for a position learns that the source was closed", async () => {
    await on.follow(FLIGHTS, ["flights"]);
    const waiting = on.source.reached(2n ** 62n);
    const stop = new AbortController();
    const aborted = on.source.reached(2n ** 62n, stop.signal);
    stop.abort(new Error("gave up"));
    await expect(aborted).rejects.toThrow("gave up");
    await Promise.all([on.source.close(), expect(waiting).rejects.toThrow("closed")]);
    await expect(on.source.reached(0n)).rejects.toThrow("closed");
    await expect(on.source.snapshot(async () => 0)).rejects.toThrow("closed");
    await on.source.close();
  });
}
