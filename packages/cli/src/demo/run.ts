// The demo's run, from the first flight read to the last socket gone. It shows nothing: it tells.
import { setTimeout as sleep } from "node:timers/promises";
import { checksum } from "./checksum.ts";
import { Client, LANES } from "./client.ts";
import { conclude } from "./conclusion.ts";
import type { Tell } from "./events.ts";
import { FeedClock } from "./feed-clock.ts";
import { readFlights } from "./flights-file.ts";
import { FlightsService } from "./flights-service.ts";
import type { FlightColumns } from "./flights.ts";
import type { PageTaker } from "./lanes.ts";
import { CALM, recover } from "./recovery.ts";
import { PageAudit, Replica } from "./replica.ts";
import type { DemoResult, Pulled, Recovery, TroubleName } from "./result.ts";
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

/** Pages are pulled on each channel this often while the feed is followed, in ms. */
const PULL_INTERVAL = 150;
/** The least calm between two troubles, in ms. */
const PAUSE = 250;

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
    const replica = new Replica(options.rows, options.pageSize);
    await client.connect();
    tell({ type: "connected", channels: LANES });
    const pulled = await pull(client, replica, source, service.pages, tell);
    signal.throwIfAborted();
    audit = new PageAudit(replica.columns, options.pageSize, client.feed);
    const recovered = await follow({
      options,
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

interface Following {
  readonly options: DemoOptions;
  readonly troubles: readonly Trouble[];
  readonly tell: Tell;
  readonly signal: AbortSignal;
  readonly service: FlightsService;
  readonly stage: Stage;
  readonly client: Client;
  readonly audit: PageAudit;
}

/** Follows the feed and goes on pulling pages, while the troubles come and go; then pulls all pages once more. */
async function follow({
  options,
  troubles,
  tell,
  signal,
  service,
  stage,
  client,
  audit,
}: Following): Promise<Partial<Record<TroubleName, Recovery>>> {
  const take: PageTaker = (index, page) => audit.take(index, page);
  const begin = performance.now();
  const turn = (options.seconds * 1_000) / (troubles.length + 1);
  const recovered: Partial<Record<TroubleName, Recovery>> = {};
  const clock = new FeedClock(service);
  const stop = new AbortController();
  client.ledger.begin(CALM);
  await client.follow();
  tell({ type: "feedJoined" });
  const pulling = client.lanes.pullOn(service.pages, PULL_INTERVAL, take, stop.signal);
  try {
    for (const [index, trouble] of troubles.entries()) {
      const due = begin + (index + 0.6) * turn - performance.now();
      await sleep(Math.max(PAUSE, due), undefined, { signal });
      tell({ type: "troubleBegan", trouble });
      const recovery = await recover(trouble, { stage, service, client, signal }, take);
      recovered[trouble.name] = recovery;
      tell({ type: "troubleEnded", trouble, recovery });
    }
    await sleep(Math.max(PAUSE, begin + options.seconds * 1_000 - performance.now()), undefined, {
      signal,
    });
  } finally {
    stop.abort();
    clock.stop();
    await pulling;
  }
  tell({ type: "endingBegan" });
  client.ledger.begin("afterwards");
  await client.lanes.pullAll(service.pages, take);
  return recovered;
}
