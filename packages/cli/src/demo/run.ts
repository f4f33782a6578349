// The demo's run, from the first flight read to the last socket gone. It shows nothing: it tells.
import { runChannels } from "./channels-run.ts";
import type { Tell } from "./events.ts";
import { readFlights } from "./flights-file.ts";
import type { ConnectionString } from "./live-pages/connection-string.ts";
import { DatabaseLeftError } from "./live-pages/flights-database.ts";
import type { KeptPage } from "./kept-page.ts";
import { prepareLivePages, type PreparedLivePages } from "./live-pages/run-live-pages.ts";
import type { DemoResult } from "./result.ts";
import type { Page } from "./topics.ts";
import { TROUBLES, type Trouble } from "./troubles.ts";

export interface DemoOptions {
  /** How many flights. */
  readonly rows: number;
  /** Rows of a page. */
  readonly pageSize: number;
  /** How long to follow the feed, troubles included, in s. It takes longer if the troubles do. */
  readonly seconds: number;
  /** The PostgreSQL that live pages are on; PGlite without one. */
  readonly database?: ConnectionString;
  /** The port of the page with live flights; any that is free without one. */
  readonly port?: number;
  /** Told when all has been checked: the page is served until this resolves. */
  readonly keep?: (kept: KeptPage) => Promise<void>;
}

/** What only tests do. */
export interface DemoHooks {
  /** What the server says in place of a page. */
  readonly alterPage?: (page: Page) => Page;
  /** Some of the troubles in place of all. */
  readonly troubles?: readonly Trouble[];
}

/**
 * Runs the demo and resolves with what it amounted to. Whatever happens, nothing is left behind.
 * @throws what `signal` was aborted with, and what kept the demo from running at all.
 */
export async function runDemo(
  options: DemoOptions,
  tell: Tell,
  signal: AbortSignal,
  hooks: DemoHooks = {},
): Promise<DemoResult> {
  const begin = performance.now();
  const { rows, pageSize, seconds } = options;
  const { troubles = TROUBLES, ...lies } = hooks;
  let livePages: PreparedLivePages | null = null;
  try {
    livePages = await prepareLivePages(options.database, signal);
    const source = await readFlights({
      rows,
      onProgress: (count) => {
        signal.throwIfAborted();
        tell({ type: "flightsRead", rows: count });
      },
    });
    const reading = performance.now() - begin;
    const channels = await runChannels({
      ...{ source, pageSize, seconds, troubles, tell, signal, begin, reading },
      ...lies,
    });
    return await livePages.run({ ...options, source, channels, begin, tell, signal });
  } catch (error) {
    // What is left behind has to be told, whoever stopped it.
    if (!(error instanceof DatabaseLeftError)) signal.throwIfAborted();
    throw error;
  } finally {
    await livePages?.close();
  }
}
