// The demo's checks can fail: a server that lies about one field of one row is found out.
import { expect, test } from "vitest";
import { runChannels, type ChannelsRun } from "./channels-run.ts";
import type { DemoEvent } from "./events.ts";
import { readFlights } from "./flights-file.ts";
import type { FlightRow } from "./flights.ts";
import { runDemo } from "./run.ts";
import { TROUBLES } from "./troubles.ts";

const options = { rows: 3_000, pageSize: 500, seconds: 0 };
/** The shortest of the troubles is enough here. */
const troubles = TROUBLES.filter(({ name }) => name === "drop");

async function brokenPromises(lies: Pick<ChannelsRun, "alterPage">): Promise<readonly string[]> {
  const { held, checks } = await runChannels({
    source: await readFlights({ rows: options.rows }),
    ...options,
    troubles,
    tell: () => undefined,
    signal: new AbortController().signal,
    begin: performance.now(),
    reading: 0,
    ...lies,
  });
  const broken = checks.filter((check) => !check.held).map(({ what }) => what);
  expect(held).toBe(broken.length === 0);
  return broken;
}

/** The page with one row changed. */
function altered(
  rows: readonly FlightRow[],
  change: (row: FlightRow) => FlightRow,
): readonly FlightRow[] {
  return rows.map((row, index) => (index === 7 ? change(row) : row));
}

const otherDistance = ([date, delay, distance, ...airports]: FlightRow): FlightRow => [
  date,
  delay,
  distance + 1,
  ...airports,
];

const CHECKSUM = "the checksum over all fields is that of the file";
const LATER = "every page pulled later is the first pull and the feed's changes";
const COUNT = "every row was pulled, once";

test("a server that tells the truth", async () => {
  expect(await brokenPromises({})).toEqual([]);
});

test("one wrong field in the first pull", async () => {
  let lied = false;
  const broken = await brokenPromises({
    alterPage: (page) => {
      if (lied || page.index !== 3) return page;
      lied = true;
      return { ...page, rows: altered(page.rows, otherDistance) };
    },
  });
  expect(broken).toEqual([CHECKSUM, LATER]);
});

test("one wrong field in a page pulled later", async () => {
  const broken = await brokenPromises({
    alterPage: (page) =>
      page.seq > 0 && page.index === 3
        ? { ...page, rows: altered(page.rows, otherDistance) }
        : page,
  });
  expect(broken).toEqual([LATER]);
});

test("one row that is left out", async () => {
  let lied = false;
  const broken = await brokenPromises({
    alterPage: (page) => {
      if (lied || page.index !== 5) return page;
      lied = true;
      return { ...page, rows: page.rows.slice(0, -1) };
    },
  });
  expect(broken).toEqual([COUNT, CHECKSUM, LATER]);
});

test("a run that is stopped leaves nothing and says why", async () => {
  const controller = new AbortController();
  const told: DemoEvent["type"][] = [];
  const run = runDemo(
    options,
    ({ type }) => {
      told.push(type);
      if (type === "troubleBegan") controller.abort("enough");
    },
    controller.signal,
  );
  await expect(run).rejects.toBe("enough");
  expect(told).toContain("troubleBegan");
  expect(told).not.toContain("ended");
  // That nothing is left open is looked at after each file of tests.
});
