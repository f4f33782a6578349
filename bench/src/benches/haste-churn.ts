// Pages that are opened and left at a steady pace while changes flow: how long opening takes, how much
// the database is asked at once, and what is left of it all on the server.
import { setTimeout as delay } from "node:timers/promises";
import type { Bench, Figure, Size, Trial } from "../bench.ts";
import { withClient, type OrdersSize } from "../haste/orders.ts";
import type { Churned, ChurningTasks } from "../haste/readers/churning.ts";
import { withRunning, type Running } from "../haste/running.ts";
import type { Look, Memory } from "../haste/servers/haste-server.ts";
import type { WritingTasks } from "../haste/writing.ts";
import type { Result } from "../result.ts";
import { percentile } from "../statistics.ts";

interface Load extends OrdersSize {
  readonly sockets: number;
  /** Pages a second, for how many seconds, and for how many before. */
  readonly rate: number;
  readonly seconds: number;
  readonly before: number;
  /** Changes a second meanwhile. */
  readonly changes: number;
}

/** How long a page is kept, ms, on the average. */
const KEPT = 1_000;

const LOOK_EVERY = 200;

const OF_THE_SERVER = "datname = current_database() AND application_name LIKE 'slipstream haste%'";

function loadOf(size: Size): Load {
  return size === "quick"
    ? { tenants: 30, perTenant: 60, sockets: 5, rate: 20, seconds: 1, before: 1, changes: 50 }
    : {
        tenants: 1_000,
        perTenant: 200,
        sockets: 50,
        rate: 500,
        seconds: 10,
        before: 2,
        changes: 500,
      };
}

/** The most of each while pages came and went. */
interface Most {
  snapshots: number;
  waiting: number;
  groups: number;
  /** Sessions of the server at the database that were at work or in a transaction. */
  queries: number;
}

/** Looks again and again, until the function that it gives is called; that resolves with the most. */
function watch({ server, database }: Running): () => Promise<Most> {
  const most: Most = { snapshots: 0, waiting: 0, groups: 0, queries: 0 };
  const over = new AbortController();
  const watching = withClient(database.connection, async (client) => {
    while (!over.signal.aborted) {
      const [{ snapshots, groups }, { rows }] = await Promise.all([
        server.perform("look"),
        client.query<{ queries: number }>(
          `SELECT count(*)::integer AS queries FROM pg_stat_activity
          WHERE ${OF_THE_SERVER} AND backend_type = 'client backend' AND state <> 'idle'`,
        ),
      ]);
      most.snapshots = Math.max(most.snapshots, snapshots.open);
      most.waiting = Math.max(most.waiting, snapshots.waiting);
      most.groups = Math.max(most.groups, groups);
      most.queries = Math.max(most.queries, rows[0]?.queries ?? 0);
      await delay(LOOK_EVERY);
    }
  });
  return async () => {
    over.abort();
    await watching;
    return most;
  };
}

/** Sessions of the database that the server has beside those by which it reads pages. */
const SESSIONS_AT_REST = 2;

/** What the server has when nothing is left: no page, no group, no connection that reads pages. */
async function atRest({
  server,
  database,
}: Running): Promise<{ readonly look: Look; readonly memory: Memory }> {
  await withClient(database.connection, async (client) => {
    for (let tries = 0; tries < 100; tries += 1) {
      const { pages, groups } = await server.perform("look");
      const { rows } = await client.query<{ sessions: number }>(
        `SELECT count(*)::integer AS sessions FROM pg_stat_activity WHERE ${OF_THE_SERVER}`,
      );
      if (pages === 0 && groups === 0 && rows[0]?.sessions === SESSIONS_AT_REST) break;
      await delay(LOOK_EVERY);
    }
  });
  // That takes a while, in which what is under way is over: the acknowledgement of the last changes.
  const memory = await server.perform("memory");
  return { memory, look: await server.perform("look") };
}

async function measure(running: Running, load: Load): Promise<readonly Figure[]> {
  const { server, database, port, start } = running;
  const { tenants, rate, seconds, before, sockets, changes } = load;
  const readers = start<ChurningTasks>("churning", port);
  const writer = start<WritingTasks>("writing", database.connection);
  await readers.perform("connect", sockets);
  const churn = async (during: number): Promise<Churned> => {
    const writing = writer.perform("writeOn", { tenants, rate: changes, first: 1 });
    const churned = await readers.perform("churn", {
      tenants,
      rate,
      count: rate * during,
      kept: KEPT,
    });
    await writer.perform("stop");
    await writing;
    return churned;
  };
  await churn(before);
  const first = await atRest(running);
  await server.perform("peak");
  const over = watch(running);
  const churned = await churn(seconds);
  const most = await over();
  const peak = await server.perform("peak");
  const last = await atRest(running);
  await readers.perform("disconnect");
  return [
    ...figuresOf(churned, most),
    ...leftFigures(first.look, last.look),
    ...memoryFigures(first.memory, peak, last.memory),
  ];
}

function figuresOf({ times, refused, took }: Churned, most: Most): readonly Figure[] {
  const count = (of: Readonly<Record<string, number>>): number =>
    Object.values(of).reduce((sum, each) => sum + each, 0);
  return [
    { case: "opened", value: (times.length / took) * 1_000, unit: "pages/s" },
    { case: "refused", value: count(refused), unit: "pages" },
    { case: "opening, p50", value: percentile(times, 50), unit: "ms" },
    { case: "opening, p99", value: percentile(times, 99), unit: "ms" },
    { case: "most queries at once", value: most.queries, unit: "queries" },
    { case: "most snapshots at once", value: most.snapshots, unit: "snapshots" },
    { case: "most reads that waited", value: most.waiting, unit: "reads" },
    { case: "most groups", value: most.groups, unit: "groups" },
  ];
}

function leftFigures(before: Look, after: Look): readonly Figure[] {
  return [
    { case: "pages left", value: after.pages, unit: "pages" },
    { case: "groups left", value: after.groups, unit: "groups" },
    { case: "timers more than before", value: after.timers - before.timers, unit: "timers" },
  ];
}

function memoryFigures(before: Memory, peak: Memory, after: Memory): readonly Figure[] {
  const megabytes = (bytes: number): number => bytes / 2 ** 20;
  return [
    { case: "heap before", value: megabytes(before.heap), unit: "MB" },
    { case: "heap, the most", value: megabytes(peak.heap), unit: "MB" },
    { case: "heap afterwards", value: megabytes(after.heap), unit: "MB" },
    { case: "RSS, the most", value: megabytes(peak.rss), unit: "MB" },
  ];
}

function trial(load: Load): Trial {
  return {
    name: `${load.rate} pages/s, ${load.changes} changes/s`,
    measure: (side, url) => withRunning(side, url, load, (running) => measure(running, load)),
  };
}

/** One line. */
function lines(results: readonly Result[]): readonly object[] {
  const of = (name: string): Result | undefined => results.find((result) => result.case === name);
  const opened = of("opened");
  return [
    {
      bench: "haste-churn",
      pagesPerSecond: opened?.median,
      range: [opened?.min, opened?.max],
      refused: of("refused")?.median,
      p50: of("opening, p50")?.median,
      p99: of("opening, p99")?.median,
      queries: of("most queries at once")?.max,
      groups: of("most groups")?.max,
      left: {
        pages: of("pages left")?.max,
        groups: of("groups left")?.max,
        timers: of("timers more than before")?.max,
      },
      heap: {
        before: of("heap before")?.median,
        most: of("heap, the most")?.max,
        after: of("heap afterwards")?.median,
      },
    },
  ];
}

export const hasteChurn: Bench = {
  name: "haste-churn",
  about: "pages opened and left at a steady pace, while changes flow",
  sides: ["slipstream"],
  flags: [],
  stand: "postgres",
  warmsUp: true,
  maxRuns: 3,
  trials: (size) => [trial(loadOf(size))],
  lines,
};
