// How long it takes from a commit to the batch in the client's page: from when the writer has sent
// COMMIT to when the page's subscriber has been told of the row.
import { setTimeout as delay } from "node:timers/promises";
import type { Bench, Figure, Size, Trial } from "../bench.ts";
import { measureLiveQueries } from "../haste/live-queries.ts";
import { pagesOf } from "../haste/mix.ts";
import type { OrdersSize } from "../haste/orders.ts";
import type { Arrival, ReadingTasks } from "../haste/readers/reading.ts";
import { withRunning } from "../haste/running.ts";
import { tenantOf, type WritingTasks } from "../haste/writing.ts";
import type { Worker } from "../process/worker.ts";
import type { Result } from "../result.ts";
import { percentile } from "../statistics.ts";

/** As many pages as tenants. */
interface Load extends OrdersSize {
  readonly rate: number;
  /** Changes that come before those that count, and those. */
  readonly before: number;
  readonly counted: number;
  /** Changes on which PGlite's live queries are measured. */
  readonly lone: number;
}

const PATIENCE = 30_000;

function loadOf(size: Size): Load {
  return size === "quick"
    ? { tenants: 30, perTenant: 60, rate: 200, before: 20, counted: 100, lone: 2 }
    : { tenants: 1_000, perTenant: 200, rate: 1_000, before: 2_000, counted: 8_000, lone: 4 };
}

/** Waits until pages have shown so many changes, or, where some may never be, until no more come. */
async function allArrived(
  readers: Worker<ReadingTasks>,
  count: number,
  mayMiss: boolean,
): Promise<void> {
  const began = performance.now();
  for (let known = -1; ;) {
    const arrived = await readers.perform("arrived");
    if (arrived >= count) return;
    if (mayMiss && arrived === known) return;
    if (performance.now() - began > PATIENCE) {
      throw new Error(`Of ${count} changes ${arrived} have been shown.`);
    }
    known = arrived;
    await delay(mayMiss ? 2_000 : 50);
  }
}

function shownBy(first: number, count: number, tenants: number): number {
  const pages = Array.from({ length: count }, (_, n) => {
    return pagesOf(tenantOf(first + n, tenants), tenants).length;
  });
  return pages.reduce((sum, each) => sum + each, 0);
}

async function measureServer(side: string, url: string, load: Load): Promise<readonly Figure[]> {
  const { tenants, rate, before, counted } = load;
  return await withRunning(side, url, load, async ({ database, port, server, start }) => {
    const readers = start<ReadingTasks>("reading", side, port);
    const writer = start<WritingTasks>("writing", database.connection);
    // A poll may see two changes of an order at once, and show the last.
    const mayMiss = side === "poll";
    await readers.perform("open", tenants);
    await writer.perform("write", { tenants, rate, count: before, first: 1 });
    await allArrived(readers, shownBy(1, before, tenants), mayMiss);
    await readers.perform("take");
    const first = before + 1;
    const cpuBefore = (await server.perform("look")).cpu;
    const sentAt = await writer.perform("write", { tenants, rate, count: counted, first });
    await allArrived(readers, shownBy(first, counted, tenants), mayMiss);
    const { cpu } = await server.perform("look");
    const arrivals = await readers.perform("take");
    const latencies = latenciesOf(arrivals, sentAt, first);
    return figuresOf(load, latencies, ((cpu - cpuBefore) / counted) * 1_000);
  });
}

function latenciesOf(
  arrivals: readonly Arrival[],
  sentAt: readonly number[],
  first: number,
): readonly number[] {
  return arrivals.flatMap(([note, , at]) => {
    const sent = sentAt[note - first];
    return sent === undefined ? [] : [at - sent];
  });
}

function figuresOf(load: Load, latencies: readonly number[], cpu: number): readonly Figure[] {
  const about = `${load.rate.toLocaleString("en")} changes/s, ${load.tenants.toLocaleString("en")} pages`;
  return [
    { case: `${about}, p50`, value: percentile(latencies, 50), unit: "ms" },
    { case: `${about}, p99`, value: percentile(latencies, 99), unit: "ms" },
    { case: `${about}, CPU of the server`, value: cpu, unit: "µs/change" },
  ];
}

function trial(load: Load): Trial {
  return {
    name: "commit to client",
    async measure(side, url) {
      if (side !== "live queries") return await measureServer(side, url, load);
      const latencies = await measureLiveQueries(load, load.lone);
      return [
        { case: "one change at a time, p50", value: percentile(latencies, 50), unit: "ms" },
        { case: "one change at a time, p99", value: percentile(latencies, 99), unit: "ms" },
      ];
    },
  };
}

/** A line for each side. */
function lines(results: readonly Result[]): readonly object[] {
  const figure = (side: string, of: string): Result | undefined =>
    results.find((result) => result.side === side && result.case.endsWith(of));
  const [first] = results;
  const [changes = "", pages = ""] = first?.case.split(", ") ?? [];
  return [...new Set(results.map(({ side }) => side))].map((side) => {
    const p99 = figure(side, "p99");
    return {
      bench: "haste-commit-to-client",
      side,
      pages: numberIn(pages),
      changesPerSecond: p99?.case.startsWith("one") === true ? null : numberIn(changes),
      p50: figure(side, "p50")?.median,
      p99: p99?.median,
      range: [p99?.min, p99?.max],
      unit: "ms",
      ratio: p99?.case === figure("bare", "p99")?.case ? p99?.ratio : null,
    };
  });
}

function numberIn(text: string): number {
  return Number(text.replaceAll(/[^\d]/g, ""));
}

export const hasteCommitToClient: Bench = {
  name: "haste-commit-to-client",
  about: "from the COMMIT that was sent to the batch in the client's page",
  sides: ["bare", "slipstream", "poll", "live queries"],
  flags: [],
  stand: "postgres",
  warmsUp: true,
  trials: (size) => [trial(loadOf(size))],
  lines,
};
