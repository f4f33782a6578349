// Frames are drawn from views that are made of events, as the demo tells them.
import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { coloured, plain } from "../../terminal/paint.ts";
import { truncate, visibleWidth } from "../../terminal/width.ts";
import type { DemoEvent } from "../events.ts";
import type { DemoResult, HasteResult, Recovery } from "../result.ts";
import { TROUBLES } from "../troubles.ts";
import { frame } from "./frame.ts";
import { advance, emptyView, type DemoView } from "./view.ts";

const recovery: Recovery = {
  recovered: true,
  trouble: "a rolling restart",
  reason: "closedByRemote 1012",
  ends: ["closedByRemote 1012"],
  noticedAfter: 12,
  wholeAfter: 81,
  caughtUp: 30,
  pushes: { made: 24, byOutcome: { ok: 16, disconnected: 8 } },
  checks: [],
};

const failed: Recovery = {
  ...recovery,
  recovered: false,
  wholeAfter: null,
  checks: [{ what: "it became whole again", held: false, found: "nothing came" }],
};

const [first, second] = TROUBLES;
if (first === undefined || second === undefined) throw new Error("There are troubles.");

const story: readonly (readonly [at: number, event: DemoEvent])[] = [
  [400, { type: "flightsRead", rows: 200_000 }],
  [410, { type: "served", url: "ws://127.0.0.1:4000/socket" }],
  [450, { type: "connected", channels: 8 }],
  [550, { type: "pagePulled", rows: 100_000, pages: 50, bytes: 3_500_000 }],
  [650, { type: "pagePulled", rows: 200_000, pages: 100, bytes: 7_000_000 }],
  [700, { type: "pagesCompared", equal: true, checksum: "abc" }],
  [800, { type: "feedJoined" }],
  [850, { type: "changesReceived", count: 40 }],
  [960, { type: "changesReceived", count: 10 }],
  [1_150, { type: "troubleBegan", trouble: first }],
  [1_400, { type: "changesReceived", count: 90 }],
  [1_450, { type: "troubleEnded", trouble: first, recovery }],
  [1_500, { type: "troubleBegan", trouble: second }],
  [1_900, { type: "troubleEnded", trouble: second, recovery: failed }],
];

function viewAfter(count: number): DemoView {
  return story
    .slice(0, count)
    .reduce((view, [at, event]) => advance(view, event, at), emptyView(200_000, 2_000, 0));
}

const text = (view: DemoView, now: number, width = 100): string =>
  frame(view, now, width, plain).join("\n");

test("while reading, the bar is of rows read; while pulling, of rows pulled, with their rates", () => {
  expect(text(viewAfter(1), 400)).toContain(
    "reading flights-3m.parquet · 200,000 of 200,000 flights",
  );
  const pulling = text(viewAfter(4), 550);
  expect(pulling).toContain("1,000,000 rows/s · 35.0 MB/s · checksum …");
  expect(pulling).toMatch(/flights {2}█{44}▌░{44}/);
  expect(text(viewAfter(6), 9_999)).toContain("1,000,000 rows/s · 35.0 MB/s · ✔ checksum equal");
});

test("the feed's strip has a column for 100 ms, dots where nothing came, and the troubles under it", () => {
  const lines = text(viewAfter(11), 1_410).split("\n");
  const strip = lines.findIndex((line) => line.includes("feed"));
  expect(lines[strip - 2]).toBe("                 █");
  expect(lines[strip - 1]).toBe("           █     █");
  expect(lines[strip]).toBe("  feed     ██····█");
  expect(lines[strip + 1]).toBe("              1");
  expect(lines[strip + 2]).toContain("140 changes · a column is 100 ms");
});

test("a trouble turns from a wait to a spinner to a tick or a cross, with reason and time", () => {
  expect(text(viewAfter(9), 1_000)).toContain("· 1 server drains");
  expect(text(viewAfter(10), 1_350)).toMatch(/[⠋-⠿] 1 server drains.* 200 ms {2}a rolling restart/);
  const after = text(viewAfter(14), 2_000);
  expect(after).toMatch(/✔ 1 server drains +closedByRemote 1012 +81 ms +16 ok, 8 disconnected/);
  expect(after).toMatch(/✘ 2 TCP drops .* never/);
});

test("live pages: a bar while the database is filled, then what came, and the verdict", () => {
  const events: readonly DemoEvent[] = [
    { type: "databaseOpening", database: "PGlite", rows: 200_000 },
    { type: "flightsStored", rows: 100_000 },
    { type: "pageServed" },
    { type: "pagesChanged", pages: 24, changes: 500 },
    { type: "pagesHeld", haste },
  ];
  const after = (count: number): string =>
    text(
      events.slice(0, count).reduce((view, event) => advance(view, event, 2_000), viewAfter(14)),
      2_000,
    );
  expect(after(1)).toContain("starting PGlite · 0 of 200,000 flights");
  expect(after(2)).toContain("filling PGlite · 100,000 of 200,000 flights");
  expect(after(2)).toMatch(/pages {4}█{44}▌░{44}/);
  expect(after(4)).toContain("24 live pages · 500 changes · compared at the end …");
  expect(after(5)).toContain("72 live pages · 1,234 changes · ✘ 2 rows differ");
});

test("at the end there is a table, and what did not hold comes after it", () => {
  const view = advance(viewAfter(14), { type: "ended", result }, 2_000);
  const shown = text(view, 3_000);
  expect(shown).toContain("✘ not all held, 17.00 s");
  expect(shown).toContain(
    "0: client 0, server 0, relay 0, process 0, kernel 0 (and 7 in TIME-WAIT,",
  );
  expect(shown).toContain("✘ it became whole again. Found: nothing came");
  // Whatever has scrolled away, this has not.
  expect(shown.trimEnd().split("\n").at(-1)?.trim()).toBe("✘ not all held, 17.00 s");
});

test("in any width nothing fails, lines can be cut to it, and colours change nothing that is seen", () => {
  const views = [0, 1, 3, 5, 7, 9, 10, 12, 14].map(viewAfter);
  views.push(advance(viewAfter(14), { type: "ended", result }, 2_000));
  const opening: DemoEvent = { type: "databaseOpening", database: "PostgreSQL 17.2", rows: 9 };
  views.push(advance(viewAfter(14), opening, 2_000));
  views.push(advance(viewAfter(14), { type: "pagesHeld", haste }, 2_000));
  for (const view of views) {
    for (let width = 1; width <= 130; width += 3) {
      const lines = frame(view, 2_000, width, coloured);
      for (const line of lines)
        expect(visibleWidth(truncate(line, width))).toBeLessThanOrEqual(width);
      const seen = lines.map((line) => stripVTControlCharacters(line));
      expect(seen).toEqual(frame(view, 2_000, width, plain));
    }
  }
});

test("from 84 columns on, no line of a run is cut", () => {
  for (const width of [84, 100, 200]) {
    const view = advance(viewAfter(14), { type: "ended", result }, 2_000);
    for (const line of frame(view, 2_000, width, plain))
      expect(visibleWidth(line)).toBeLessThanOrEqual(width);
  }
});

const haste: HasteResult = {
  database: "PGlite",
  rows: 200_000,
  pages: 72,
  changes: 1_234,
  differences: 2,
  took: { filling: 1_000, following: 4_000 },
};

const result: DemoResult = {
  held: false,
  rows: 200_000,
  bytes: 7_000_000,
  rowsPerSecond: 1_000_000,
  megabytesPerSecond: 35,
  pages: 100,
  channels: 8,
  checksum: { source: "a".repeat(64), received: "a".repeat(64) },
  recovered: { drain: recovery, drop: failed },
  feed: { seq: 140, received: 140, missing: 0, twice: 0, wrong: 0, caughtUp: 90 },
  audit: { checked: 800, wrong: 0, waiting: 0 },
  haste,
  pushes: { made: 1_016, byOutcome: { ok: 919, left: 56, disconnected: 40, channelCrashed: 1 } },
  endsByReason: {
    requested: 2,
    closedByRemote: 1,
    connectionLost: 2,
    heartbeatTimeout: 1,
    upgradeRejected: 6,
    connectFailed: 0,
    connectTimeout: 0,
    credentialsFailed: 0,
    protocolError: 0,
    overflow: 0,
    pageHidden: 0,
    ownerGone: 0,
  },
  serverEndsByReason: {
    closedByRemote: 2,
    connectionLost: 3,
    idleTimeout: 0,
    protocolError: 0,
    malformedMessage: 0,
    rateLimited: 0,
    overflow: 0,
    sendTimeout: 0,
    drained: 1,
    disconnected: 0,
    closedByChannel: 0,
    dropped: 0,
  },
  socketsLeft: 0,
  sockets: { client: 0, server: 0, relay: 0, process: 0, kernel: 0, timeWait: 7 },
  took: { reading: 400, pulling: 200, all: 17_000 },
  checks: [],
};
