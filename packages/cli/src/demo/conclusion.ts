// The end of the part about channels: disconnecting, looking for what is left, and holding everything against what
// was promised.
import type { Stats } from "@slipstream/server";
import { pageChecks, pushChecks } from "./checks.ts";
import { LANES, type Client } from "./client.ts";
import type { FlightsService } from "./flights-service.ts";
import { WaitedTooLongError } from "./observer.ts";
import type { PageAudit } from "./replica.ts";
import type { ChannelsResult, Check, Pulled, Recovery, TroubleName } from "./result.ts";
import { attemptsAlive, processSockets, settle, total } from "./sockets-left.ts";
import type { Stage } from "./stage.ts";
import { grouped, tally } from "./words.ts";

export interface Ending {
  readonly service: FlightsService;
  readonly stage: Stage;
  readonly client: Client;
  readonly audit: PageAudit;
  readonly pulled: Pulled;
  readonly recovered: Partial<Record<TroubleName, Recovery>>;
  /** When the run began, as performance.now() tells it. */
  readonly begin: number;
  /** Ms that reading the file took. */
  readonly reading: number;
}

/** How long the last changes may take to arrive, and the kernel to forget our sockets, in ms. */
const PATIENCE = 5_000;
const SETTLING = 2_000;

export async function conclude(ending: Ending): Promise<ChannelsResult> {
  const { service, stage, client, audit, pulled, recovered, begin, reading } = ending;
  const { socket, feed, ledger } = client;
  const arrived = await lastChange(client, service.log.seq);
  const last = await socket.disconnect();
  // What the process had open before is not of the demo's making.
  await stage.close();
  const sockets = await settle(
    () => ({
      client: attemptsAlive(socket.stats),
      server: service.stats().reduce((sum, { live }) => sum + live.websocket + live.channel, 0),
      relay: stage.relay.live.clients + stage.relay.live.targets,
      process: processSockets(),
      ...stage.kernel.counts(),
    }),
    SETTLING,
  );
  const socketsLeft = total(sockets);
  const pushes = ledger.counts();
  const checks: Check[] = [
    ...pageChecks(pulled, service),
    ...Object.values(recovered).map(({ recovered: held, trouble, reason }) => ({
      what: `recovered from: ${trouble}`,
      held,
      found: reason,
    })),
    {
      what: "every change of the feed arrived exactly once and in order",
      held:
        arrived && feed.counts.missing === 0 && feed.counts.twice === 0 && feed.counts.wrong === 0,
      found: `${grouped(feed.counts.received)} of ${grouped(service.log.seq)}: ${feed.counts.missing} missing, ${feed.counts.twice} twice, ${feed.counts.wrong} wrong`,
    },
    {
      what: "every page pulled later is the first pull and the feed's changes",
      held: audit.counts.wrong === 0 && audit.counts.waiting === 0 && audit.counts.checked > 0,
      found: `${grouped(audit.counts.checked)} pages, ${audit.counts.wrong} wrong, ${audit.counts.waiting} not compared`,
    },
    ...pushChecks(client, service),
    {
      what: "the last disconnect() was clean",
      held: last.clean && last.code === 1000,
      found: `code ${last.code ?? "none"}, ${last.clean ? "clean" : "not clean"}`,
    },
    {
      what: "no socket is left",
      held: socketsLeft === 0,
      found: tally({ ...sockets, timeWait: undefined, kernel: sockets.kernel ?? 0 }),
    },
    {
      what: "nothing was reported to the client's logger",
      held: client.complaints.length === 0,
      found: client.complaints[0] ?? "nothing",
    },
  ];
  const seconds = pulled.took / 1_000;
  return {
    held: checks.every(({ held }) => held),
    rows: pulled.rows,
    bytes: pulled.bytes,
    rowsPerSecond: Math.round(pulled.rows / seconds),
    megabytesPerSecond: Math.round(pulled.bytes / seconds / 100_000) / 10,
    pages: service.pages,
    channels: LANES,
    checksum: { source: pulled.source, received: pulled.received },
    recovered,
    feed: feed.counts,
    audit: audit.counts,
    pushes,
    endsByReason: { ...socket.stats.counters.endsByReason },
    serverEndsByReason: sum(service.stats()),
    socketsLeft,
    sockets,
    took: {
      reading: Math.round(reading),
      pulling: Math.round(pulled.took),
      all: Math.round(performance.now() - begin),
    },
    checks,
  };
}

/** Whether the feed brings all that there is. */
async function lastChange({ observer, feed }: Client, seq: number): Promise<boolean> {
  try {
    await observer.until("The last change", () => feed.seq >= seq, PATIENCE);
  } catch (error) {
    if (!(error instanceof WaitedTooLongError)) throw error;
  }
  return feed.seq === seq;
}

function sum(stats: readonly Stats[]): Stats["endsByReason"] {
  const total: Record<string, number> = {};
  for (const { endsByReason } of stats) {
    for (const [reason, count] of Object.entries(endsByReason)) {
      total[reason] = (total[reason] ?? 0) + count;
    }
  }
  return total as Stats["endsByReason"];
}
