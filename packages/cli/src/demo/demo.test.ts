// The demo as a whole: the built command in a process of its own, and its result held against what
// is known without it.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { beforeAll, describe, expect, test } from "vitest";
import { MainProcess, runMain, type Ended } from "../testing/main-process.ts";
import { flightsPath } from "./flights-file.ts";
import type { DemoResult, Recovery } from "./result.ts";

const ROWS = 20_000;
/** A bound for what hangs, on a machine that is busy. */
const LONG = 600_000;

/** All fields of the first rows, read by hyparquet's own row reader. */
async function fileChecksum(): Promise<string> {
  const file = await asyncBufferFromFile(flightsPath());
  const rows = await parquetReadObjects({ file, compressors, rowEnd: ROWS });
  const hash = createHash("sha256");
  for (const { date, delay, distance, origin, destination } of rows) {
    hash.update(`${(date as Date).getTime()},${delay},${distance},${origin},${destination}\n`);
  }
  return hash.digest("hex");
}

describe("demo --once --json", () => {
  let ended: Ended;
  let result: DemoResult;

  beforeAll(async () => {
    ended = await runMain(["demo", "--once", "--json", "--rows", `${ROWS}`, "--seconds", "0"]);
    result = JSON.parse(ended.stdout) as DemoResult;
  }, LONG);

  test("prints one JSON object, says nothing else, and exits 0 since all held", () => {
    expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: "" });
    expect(result.held).toBe(true);
    expect(result.checks.filter(({ held }) => !held)).toEqual([]);
    expect(result.checks.length).toBeGreaterThan(10);
  });

  test("pulled every row, and each as it stands in the file", async () => {
    expect(result).toMatchObject({ rows: ROWS, pages: ROWS / 2_000, channels: 8 });
    const expected = await fileChecksum();
    expect(result.checksum).toEqual({ source: expected, received: expected });
    // A row is over 25 bytes of JSON and under 50.
    expect(result.bytes / ROWS).toBeGreaterThan(25);
    expect(result.bytes / ROWS).toBeLessThan(50);
    expect(result.rowsPerSecond).toBeGreaterThan(0);
  });

  test("recovered from each trouble, and named it rightly", () => {
    const reasons = Object.entries(result.recovered).map(([name, { reason }]) => [name, reason]);
    expect(reasons).toEqual([
      ["drain", "closedByRemote 1012"],
      ["drop", "connectionLost"],
      ["silence", "heartbeatTimeout"],
      ["unansweredClose", "requested, not clean"],
      ["refusedUpgrade", "upgradeRejected 503"],
      ["killedChannel", "channel crashed"],
    ]);
    for (const recovery of Object.values(result.recovered)) {
      expect(recovery.recovered).toBe(true);
      expect(recovery.checks.every(({ held }) => held)).toBe(true);
      expect(recovery.noticedAfter).toBeLessThanOrEqual(recovery.wholeAfter ?? 0);
      expect(outcomes(recovery.pushes)).toBe(recovery.pushes.made);
      expect(recovery.pushes.made).toBeGreaterThanOrEqual(16);
    }
  });

  test("pushes that were in flight say what became of them", () => {
    const { drop, silence, unansweredClose, killedChannel, drain } = result.recovered as Required<
      DemoResult["recovered"]
    >;
    expect(drop.pushes.byOutcome.disconnected).toBeGreaterThanOrEqual(8);
    expect(silence.pushes.byOutcome.disconnected).toBeGreaterThanOrEqual(8);
    expect(unansweredClose.pushes.byOutcome.disconnected).toBeGreaterThanOrEqual(8);
    expect(killedChannel.pushes.byOutcome.channelCrashed).toBeGreaterThanOrEqual(1);
    expect(drain.pushes.byOutcome.ok).toBeGreaterThanOrEqual(8);
  });

  test("the feed has no gap and no duplicate, though changes were missed and caught up", () => {
    const { seq, received, missing, twice, wrong, caughtUp } = result.feed;
    expect({ received, missing, twice, wrong }).toEqual({
      received: seq,
      missing: 0,
      twice: 0,
      wrong: 0,
    });
    expect(caughtUp).toBeGreaterThan(0);
    const inTroubles = Object.values(result.recovered).reduce(
      (sum, one: Recovery) => sum + one.caughtUp,
      0,
    );
    expect(inTroubles).toBe(caughtUp);
  });

  test("pages pulled while the table changed agree with the feed", () => {
    expect(result.audit).toMatchObject({ wrong: 0, waiting: 0 });
    expect(result.audit.checked).toBeGreaterThan(result.pages);
    expect(outcomes(result.pushes)).toBe(result.pushes.made);
  });

  test("live pages showed what the database said, while they were changed, grown, dropped and cut off", () => {
    const { pages, changes, differences, database, rows } = result.haste;
    expect({ differences, database, rows }).toEqual({
      differences: 0,
      database: "PGlite",
      rows: ROWS,
    });
    expect(pages).toBeGreaterThan(50);
    expect(changes).toBeGreaterThan(pages);
  });

  test("each connection ended for one reason, and no socket is left", () => {
    const { upgradeRejected, ...ends } = result.endsByReason;
    expect(ends).toMatchObject({
      requested: 2,
      closedByRemote: 1,
      connectionLost: 2,
      heartbeatTimeout: 1,
      connectFailed: 0,
      connectTimeout: 0,
      protocolError: 0,
    });
    expect(upgradeRejected).toBeGreaterThan(0);
    // Six connections came through: each but the first and the killed channels' after a trouble.
    const opened = Object.values(result.serverEndsByReason).reduce((sum, count) => sum + count, 0);
    expect(opened).toBe(6);
    expect(result.serverEndsByReason.drained).toBe(1);
    expect(result.socketsLeft).toBe(0);
    expect(result.sockets).toMatchObject({ client: 0, server: 0, relay: 0, process: 0 });
    expect(result.sockets.kernel).toBe(existsSync("/proc/net/tcp") ? 0 : null);
  });
});

test(
  "without a terminal it prints plain lines, and then the table",
  async () => {
    const { code, stdout, stderr } = await runMain(["demo", "--rows", "5000", "--seconds", "0"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).not.toContain("\u001B");
    const lines = stdout.split("\n");
    expect(lines[0]).toMatch(/^\d+\.\d s +read 5,000 flights$/);
    expect(lines.filter((line) => line.includes("recovered: "))).toHaveLength(6);
    expect(stdout).toContain("live pages: visitors open them, and a writer changes flights");
    // The page is for the visitors alone, and gone when the command ends: no address to open.
    expect(stdout).not.toContain("http://");
    expect(stdout).toMatch(
      /^live pages +\d+ on 5,000 flights in PGlite, [\d,]+ changes: *\n? *0 rows differ$/m,
    );
    expect(stdout).toMatch(/^sockets left +0: client 0, server 0, relay 0, process 0/m);
  },
  LONG,
);

test("Ctrl-C ends it at once and in order", async () => {
  const demo = new MainProcess(["demo", "--rows", "5000"]);
  await demo.says("server drains", "stdout");
  demo.kill("SIGINT");
  expect(await demo.ended).toMatchObject({
    code: 130,
    stderr: "slipstream: stopped before the end; every socket was closed.\n",
  });
});

test(
  "Ctrl-C at the page ends it in order, and says so",
  async () => {
    const demo = new MainProcess(["demo", "--page", "--rows", "1000", "--seconds", "0"]);
    await demo.says("Ctrl-C ends.", "stdout");
    demo.kill("SIGINT");
    const { code, stdout, stderr } = await demo.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/\nEnded\.\n$/);
  },
  LONG,
);

test("whoever reads only the beginning of its output ends it too", async () => {
  const demo = new MainProcess(["demo", "--rows", "5000"]);
  await demo.says("serving", "stdout");
  demo.stdout.destroy();
  expect((await demo.ended).code).toBe(130);
});

function outcomes({ byOutcome }: DemoResult["pushes"]): number {
  return Object.values(byOutcome).reduce((sum, count) => sum + count, 0);
}
