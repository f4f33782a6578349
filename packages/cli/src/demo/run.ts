// The demo's run, from the first flight read to the last socket gone. It shows nothing: it tells.
import { checksum } from "./checksum.ts";
import { Client, LANES } from "./client.ts";
import { conclude } from "./conclusion.ts";
import type { Tell } from "./events.ts";
import { follow } from "./following.ts";
import { readFlights } from "./flights-file.ts";
import { FlightsService } from "./flights-service.ts";
import type { FlightColumns } from "./flights.ts";
import { PageAudit, Replica } from "./replica.ts";
import type { DemoResult, Pulled } from "./result.ts";
import { Stage } from "./stage.ts";
import type { Page } from "./topics.ts";
import { TROUBLES, type Trouble } from "./troubles.ts";

export interface DemoOptions {
  /** How many flights. */
  readonly rows: number;
  /** Rows of a page. */
  readonly pageSize: number;
  /** How long to follow the feed, troubles included, in s. It takes longer if the troubles do. */
  readonly seconds: number;
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
  const source = await readFlights({
    rows: options.rows,
    onProgress: (rows) => {
      signal.throwIfAborted();
      tell({ type: "flightsRead", rows });
    },
  });
  const reading = performance.now() - begin;
  const { troubles = TROUBLES, ...lies } = hooks;
  const service = new FlightsService(source, { pageSize: options.pageSize, ...lies });
  const stage = await Stage.open(service);
  tell({ type: "served", url: stage.url });
  let audit: PageAudit | null = null;
  const client = new Client(stage.url, options.rows, signal, (count) => {
    audit?.advanced();
    tell({ type: "changesReceived", count });
  });
  // Whatever waits for the client is told at once, and ends.
  const disconnect = (): void => void client.socket.disconnect();
  signal.addEventListener("abort", disconnect);
  try {
    signal.throwIfAborted();
    const replica = new Replica(options.rows, options.pageSize);
    await client.connect();
    tell({ type: "connected", channels: LANES });
    const pulled = await pull(client, replica, source, service.pages, tell);
    signal.throwIfAborted();
    audit = new PageAudit(replica.columns, options.pageSize, client.feed);
    const recovered = await follow({
      seconds: options.seconds,
      troubles,
      tell,
      signal,
      service,
      stage,
      client,
      audit,
    });
    const result = await conclude({
      service,
      stage,
      client,
      audit,
      pulled,
      recovered,
      begin,
      reading,
    });
    tell({ type: "ended", result });
    return result;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", disconnect);
    await client.socket.disconnect();
    await stage.close();
  }
}

/** Pulls every page, as fast as they come, and compares what came with what was read. */
async function pull(
  client: Client,
  replica: Replica,
  source: FlightColumns,
  pages: number,
  tell: Tell,
): Promise<Pulled> {
  const { lanes, bytes, ledger } = client;
  ledger.begin("pages");
  const bytesBefore = bytes.received;
  const begin = performance.now();
  let came = 0;
  const failed = await lanes.pullAll(pages, (_index, page) => {
    replica.fill(page);
    came += 1;
    tell({
      type: "pagePulled",
      rows: replica.rows,
      pages: came,
      bytes: bytes.received - bytesBefore,
    });
  });
  const took = performance.now() - begin;
  const received = await checksum(replica.columns);
  const expected = await checksum(source);
  tell({ type: "pagesCompared", equal: received === expected, checksum: expected });
  return {
    rows: replica.rows,
    bytes: bytes.received - bytesBefore,
    took,
    failed,
    missingPages: replica.missingPages,
    received,
    source: expected,
  };
}
