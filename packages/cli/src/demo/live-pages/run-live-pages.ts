// Live pages from the database to the last socket: which database, what becomes of it, and the result.
import type { Tell } from "../events.ts";
import { firstRows, type FlightColumns } from "../flights.ts";
import type { ChannelsResult, DemoResult } from "../result.ts";
import type { KeptPage } from "../kept-page.ts";
import { processSockets, settle, total, type SocketsLeft } from "../sockets-left.ts";
import { tally } from "../words.ts";
import { explained, type ConnectionString } from "./connection-string.ts";
import type { FlightsDatabase } from "./flights-database.ts";
import { LivePages } from "./live-pages.ts";
import { PgliteStart } from "./pglite-start.ts";

/** More than these are not put into PGlite: it keeps all in memory. */
const MOST_IN_PGLITE = 200_000;

/** How long the kernel may take to forget our sockets, ms. */
const SETTLING = 2_000;

export interface LivePagesRun {
  readonly source: FlightColumns;
  readonly channels: ChannelsResult;
  /** When the run began, as performance.now() tells it. */
  readonly begin: number;
  readonly port?: number | undefined;
  readonly keep?: ((kept: KeptPage) => Promise<void>) | undefined;
  readonly tell: Tell;
  readonly signal: AbortSignal;
}

/** Live pages on a database that can be used. */
export interface PreparedLivePages {
  run(run: LivePagesRun): Promise<DemoResult>;
  /** If they are not run, or when they have been. */
  close(): Promise<void>;
}

/**
 * @param url of a PostgreSQL, which is tried at once: whoever has to mend something knows it first.
 * Without one it is PGlite, whose start begins now and goes on beside.
 * @throws {DemoDatabaseError} It cannot be used.
 */
export async function prepareLivePages(
  url: ConnectionString | undefined,
  signal: AbortSignal,
): Promise<PreparedLivePages> {
  return url === undefined ? onPglite(signal) : await onPostgres(url, signal);
}

function onPglite(signal: AbortSignal): PreparedLivePages {
  const start = new PgliteStart();
  const stop = (): void => void start.stop();
  signal.addEventListener("abort", stop);
  const open = async (): Promise<FlightsDatabase> => {
    const { pgliteFlights } = await import("./pglite-flights.ts");
    return pgliteFlights(await start.folder());
  };
  return {
    run: (run) => runOn({ name: "PGlite", most: MOST_IN_PGLITE, open }, run),
    close: () => {
      signal.removeEventListener("abort", stop);
      return start.stop();
    },
  };
}

async function onPostgres(url: ConnectionString, signal: AbortSignal): Promise<PreparedLivePages> {
  const { postgresFlights } = await import("./postgres/postgres-flights.ts");
  const tried = await postgresFlights(url, signal);
  const { name } = tried;
  await tried.close();
  const open = (): Promise<FlightsDatabase> => postgresFlights(url, signal);
  return {
    run: (run) =>
      runOn({ name, most: Infinity, open }, run).catch((error: unknown) => {
        throw explained(error);
      }),
    close: () => Promise.resolve(),
  };
}

interface DatabaseChoice {
  readonly name: string;
  readonly most: number;
  readonly open: () => Promise<FlightsDatabase>;
}

async function runOn({ name, most, open }: DatabaseChoice, run: LivePagesRun): Promise<DemoResult> {
  const { source, channels, begin, port = 0, keep, tell, signal } = run;
  const flights = firstRows(source, most);
  tell({ type: "databaseOpening", database: name, rows: flights.length });
  const db = await open();
  let live: LivePages | null = null;
  try {
    signal.throwIfAborted();
    live = await LivePages.open({ db, flights, port, tell, signal });
    const { haste, checks } = await live.check();
    if (keep === undefined) {
      await live.close();
      await db.close();
    }
    const left = await socketsLeft(live, keep === undefined);
    const all = [
      ...channels.checks,
      ...checks,
      {
        what: "no socket of live pages is left",
        held: total(left) === 0,
        found: tally({ ...left, timeWait: undefined, kernel: left.kernel ?? 0 }),
      },
    ];
    const result: DemoResult = {
      ...channels,
      haste,
      checks: all,
      held: all.every(({ held }) => held),
      took: { ...channels.took, all: Math.round(performance.now() - begin) },
    };
    tell({ type: "ended", result });
    if (keep !== undefined) {
      const page = live;
      await keep({
        url: page.url,
        database: db.place,
        result,
        onError: (listener) => page.goOn((error) => listener(explained(error))),
      });
    }
    return result;
  } finally {
    await live?.close();
    await db.close();
  }
}

/** Those of the visitors; if all is over, also those of the page and of the database. */
async function socketsLeft(live: LivePages, isOver: boolean): Promise<SocketsLeft> {
  return settle(
    () => ({
      client: live.visitorsAlive,
      server: live.connections.server,
      relay: live.connections.relay,
      process: isOver ? processSockets() : 0,
      ...(isOver ? live.kernel.counts() : { kernel: 0, timeWait: null }),
    }),
    SETTLING,
  );
}
