// A flood of changes at many readers, some of whom stop reading: how fast it is over, what the server
// holds meanwhile, whether the others' pages are what the database has, and who is left.
import { setTimeout as delay } from "node:timers/promises";
import { kernelSockets } from "@slipstream/faults";
import type { Bench, Figure, Size, Trial } from "../bench.ts";
import { FLOOD_LIMIT, floodWhereOf, tenantsOf } from "../haste/flood/pages.ts";
import { rowText, type FloodReaderTasks, type StalledReaderTasks } from "../haste/flood/readers.ts";
import type { FloodWriterTasks } from "../haste/flood/writer.ts";
import type { Order } from "../haste/mix.ts";
import { withClient, type OrdersDatabase, type OrdersSize } from "../haste/orders.ts";
import { withRunning, type Running } from "../haste/running.ts";
import { progress } from "../process/child.ts";
import type { Worker } from "../process/worker.ts";
import type { Result } from "../result.ts";

interface Load extends OrdersSize {
  readonly changes: number;
  readonly perTransaction: number;
  readonly readers: number;
  /** Readers among them that stop reading: the first of every so many. */
  readonly stallsOneIn: number;
  /** How long they may stay afterwards, ms: the server's own bound is 30 s without a byte taken. */
  readonly droppedWithin: number;
}

const TELL_EVERY = 10_000;
const LOOK_EVERY = 200;

/** How long ends of connections may take, ms. */
const ENDED_WITHIN = 10_000;

function loadOf(size: Size): Load {
  return size === "quick"
    ? {
        tenants: 20,
        perTenant: 80,
        changes: 5_000,
        perTransaction: 50,
        readers: 40,
        stallsOneIn: 20,
        droppedWithin: 0,
      }
    : {
        tenants: 1_000,
        perTenant: 200,
        changes: 1_000_000,
        perTransaction: 50,
        readers: 1_000,
        stallsOneIn: 20,
        droppedWithin: 60_000,
      };
}

/** Resolves when the server has taken in what was written. Says how far it has come now and then. */
async function untilTaken(
  { server }: Running,
  writer: Worker<FloodWriterTasks>,
  from: number,
  { changes }: Load,
): Promise<void> {
  for (let told = performance.now(); ;) {
    const taken = (await server.perform("look")).changes - from;
    if (taken >= changes) return;
    if (performance.now() - told > TELL_EVERY) {
      told = performance.now();
      const written = await writer.perform("written");
      progress(`${written.toLocaleString("en")} written, ${taken.toLocaleString("en")} taken`);
    }
    await delay(LOOK_EVERY);
  }
}

/** How many of the pages are not what the database has. */
async function wrongPages(
  { connection }: OrdersDatabase,
  shown: readonly (readonly [reader: number, rows: string])[],
): Promise<number> {
  const known = new Map<string, string>();
  return await withClient(connection, async (client) => {
    let wrong = 0;
    for (const [reader, rows] of shown) {
      const where = floodWhereOf(reader);
      let right = known.get(where);
      if (right === undefined) {
        const query = `SELECT * FROM orders WHERE ${where} ORDER BY amount DESC, id LIMIT ${FLOOD_LIMIT}`;
        right = (await client.query<Order>(query)).rows.map(rowText).join("\n");
        known.set(where, right);
      }
      if (right !== rows) wrong += 1;
    }
    return wrong;
  });
}

/** Waits until the server has no more connections than these, for so many ms. */
async function untilConnections(
  { server }: Running,
  count: number,
  within: number,
): Promise<number> {
  const until = performance.now() + within;
  for (;;) {
    const { connections } = await server.perform("look");
    if (connections <= count || performance.now() > until) return connections;
    await delay(LOOK_EVERY);
  }
}

/** Connections of the server's end that the kernel still has, but for those that it merely remembers. */
function kernelConnections(port: number): number {
  const sockets = kernelSockets(port) ?? [];
  return sockets.filter(
    ({ localPort, state }) => localPort === port && state !== "LISTEN" && state !== "TIME-WAIT",
  ).length;
}

async function measure(running: Running, load: Load): Promise<readonly Figure[]> {
  const { server, database, port, start } = running;
  const { readers, stallsOneIn, changes, perTransaction, perTenant } = load;
  const all = Array.from({ length: readers }, (_, reader) => reader);
  const stalls = (reader: number): boolean => reader % stallsOneIn === 0;
  const reading = start<FloodReaderTasks>("flood-readers", port);
  const stalled = start<StalledReaderTasks>("stalled-readers", port);
  const writer = start<FloodWriterTasks>("flood-writer", database.connection);
  const live = all.filter((reader) => !stalls(reader));
  await reading.perform("open", live);
  await stalled.perform("stall", all.filter(stalls));
  const before = await server.perform("look");
  const memoryBefore = await server.perform("memory");
  await server.perform("peak");

  const began = performance.now();
  const tenants = tenantsOf(readers);
  const allTenants = load.tenants;
  const writing = writer.perform("write", {
    tenants,
    allTenants,
    perTenant,
    changes,
    perTransaction,
  });
  await untilTaken(running, writer, before.changes, load);
  const takenIn = performance.now() - began;
  const shown = await reading.perform("shown", await writing);
  const took = performance.now() - began;
  const { cpu } = await server.perform("look");
  const peak = await server.perform("peak");
  const told = await reading.perform("told");
  const wrong = await wrongPages(database, shown);
  const left = await untilConnections(running, live.length, load.droppedWithin);
  const kernelLeft = kernelConnections(port);
  const memoryAfter = await server.perform("memory");
  await reading.perform("disconnect");
  await stalled.close();
  await untilConnections(running, 0, ENDED_WITHIN);
  const zombies = kernelConnections(port);

  const megabytes = (bytes: number): number => bytes / 2 ** 20;
  return [
    { case: "changes", value: changes, unit: "changes" },
    { case: "taken in", value: (changes / takenIn) * 1_000, unit: "changes/s" },
    { case: "shown by all", value: took / 1_000, unit: "s" },
    { case: "CPU of the server", value: ((cpu - before.cpu) / changes) * 1_000, unit: "µs/change" },
    { case: "told to subscribers", value: told, unit: "batches" },
    { case: "pages that are wrong", value: wrong, unit: "pages" },
    { case: "connections of those who stopped", value: left - live.length, unit: "connections" },
    { case: "the same, in the kernel", value: kernelLeft - live.length, unit: "connections" },
    { case: "zombies after all have left", value: zombies, unit: "connections" },
    { case: "heap before", value: megabytes(memoryBefore.heap), unit: "MB" },
    { case: "heap, the most", value: megabytes(peak.heap), unit: "MB" },
    { case: "heap held, the most", value: megabytes(peak.held), unit: "MB" },
    { case: "heap afterwards", value: megabytes(memoryAfter.heap), unit: "MB" },
    { case: "RSS before", value: megabytes(memoryBefore.rss), unit: "MB" },
    { case: "RSS, the most", value: megabytes(peak.rss), unit: "MB" },
  ];
}

function trial(load: Load): Trial {
  const { changes, readers } = load;
  return {
    name: `${changes.toLocaleString("en")} changes, ${readers.toLocaleString("en")} readers`,
    measure: (side, url) => withRunning(side, url, load, (running) => measure(running, load)),
  };
}

/** One line. */
function lines(results: readonly Result[]): readonly object[] {
  const of = (name: string): number | undefined =>
    results.find((result) => result.case === name)?.median;
  const rate = results.find((result) => result.case === "taken in");
  return [
    {
      bench: "haste-flood",
      changes: of("changes"),
      changesPerSecond: rate?.median,
      range: [rate?.min, rate?.max],
      seconds: of("shown by all"),
      wrongPages: of("pages that are wrong"),
      stalledLeft: of("connections of those who stopped"),
      zombies: of("zombies after all have left"),
      heap: {
        before: of("heap before"),
        most: of("heap, the most"),
        mostHeld: of("heap held, the most"),
        after: of("heap afterwards"),
      },
      rss: { before: of("RSS before"), most: of("RSS, the most") },
    },
  ];
}

export const hasteFlood: Bench = {
  name: "haste-flood",
  about: "a flood of changes, at most 8 pages for each, at 1,000 readers of whom 50 stop reading",
  sides: ["slipstream"],
  flags: [],
  stand: "postgres",
  warmsUp: true,
  maxRuns: 1,
  trials: (size) => [trial(loadOf(size))],
  lines,
};
