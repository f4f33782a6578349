// The part of the run that is about channels: all pages are pulled, the feed is followed through the
// troubles, and the last socket goes.
import { checksum } from "./checksum.ts";
import { Client, LANES } from "./client.ts";
import { conclude } from "./conclusion.ts";
import type { Tell } from "./events.ts";
import { follow } from "./following.ts";
import { FlightsService } from "./flights-service.ts";
import type { FlightColumns } from "./flights.ts";
import { PageAudit, Replica } from "./replica.ts";
import type { ChannelsResult, Pulled } from "./result.ts";
import { Stage } from "./stage.ts";
import type { Page } from "./topics.ts";
import type { Trouble } from "./troubles.ts";

export interface ChannelsRun {
  readonly source: FlightColumns;
  readonly pageSize: number;
  /** How long to follow the feed, in s. */
  readonly seconds: number;
  readonly troubles: readonly Trouble[];
  readonly tell: Tell;
  readonly signal: AbortSignal;
  /** When the run began, as performance.now() tells it, and ms that reading the file took. */
  readonly begin: number;
  readonly reading: number;
  /** What the server says in place of a page. */
  readonly alterPage?: (page: Page) => Page;
}

/** Whatever happens, nothing is left behind. @throws what `signal` was aborted with */
export async function runChannels(run: ChannelsRun): Promise<ChannelsResult> {
  const { source, pageSize, seconds, troubles, tell, signal, begin, reading, alterPage } = run;
  const service = new FlightsService(source, {
    pageSize,
    ...(alterPage === undefined ? {} : { alterPage }),
  });
  const stage = await Stage.open(service);
  tell({ type: "served", url: stage.url });
  let audit: PageAudit | null = null;
  const client = new Client(stage.url, source.length, signal, (count) => {
    audit?.advanced();
    tell({ type: "changesReceived", count });
  });
  // Whatever waits for the client is told at once, and ends.
  const disconnect = (): void => void client.socket.disconnect();
  signal.addEventListener("abort", disconnect);
  try {
    signal.throwIfAborted();
    const replica = new Replica(source.length, pageSize);
    await client.connect();
    tell({ type: "connected", channels: LANES });
    const pulled = await pull(client, replica, source, service.pages, tell);
    signal.throwIfAborted();
    audit = new PageAudit(replica.columns, pageSize, client.feed);
    const following = { seconds, troubles, tell, signal, service, stage, client, audit };
    const recovered = await follow(following);
    return await conclude({ service, stage, client, audit, pulled, recovered, begin, reading });
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
