// The end of the run: disconnecting, looking for what is left, and holding everything against what
// was promised.
import type { Stats } from "@slipstream/server";
import { LANES, type Client } from "./client.ts";
import type { FlightsService } from "./flights-service.ts";
import { WaitedTooLongError } from "./observer.ts";
import type { PageAudit } from "./replica.ts";
import type { Check, DemoResult, Pulled, Recovery, TroubleName } from "./result.ts";
import { attemptsAlive, kernelCounts, processSockets, settle, total } from "./sockets-left.ts";
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

export async function conclude(ending: Ending): Promise<DemoResult> {
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
      ...kernelCounts(stage.ports),
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

function pageChecks(pulled: Pulled, service: FlightsService): Check[] {
  return [
    {
      what: "every row was pulled, once",
      held: pulled.rows === service.rows && pulled.failed === 0 && pulled.missingPages === 0,
      found: `${grouped(pulled.rows)} of ${grouped(service.rows)} rows, ${pulled.failed} pages failed`,
    },
    {
      what: "the checksum over all fields is that of the file",
      held: pulled.received === pulled.source,
      found: `${pulled.received.slice(0, 12)}…, and of the file ${pulled.source.slice(0, 12)}…`,
    },
  ];
}

/** By three accounts: the demo's own, the client's counters, and what the servers were asked. */
function pushChecks({ ledger, socket }: Client, service: FlightsService): Check[] {
  const { made, byOutcome } = ledger.counts();
  const outcomes = Object.values(byOutcome).reduce((sum, count) => sum + count, 0);
  const counted = socket.stats.counters.pushes;
  const names = new Set([...Object.keys(byOutcome), ...Object.keys(counted)]);
  const differing = [...names].filter(
    (name) =>
      (byOutcome[name as keyof typeof byOutcome] ?? 0) !==
      (counted[name as keyof typeof counted] ?? 0),
  );
  const twice = [...service.handled.values()].filter((times) => times > 1).length;
  const unheard = [...ledger.outcomes].filter(
    ([id, outcome]) => outcome === "ok" && !service.handled.has(id),
  ).length;
  return [
    {
      what: "every push has exactly one outcome",
      held: ledger.open() === 0 && ledger.settledTwice === 0 && outcomes === made,
      found: `${grouped(made)} made: ${tally(byOutcome)}`,
    },
    {
      what: "the client's counters tell the same",
      held: differing.length === 0,
      found:
        differing.length === 0 ? tally({ ...counted }) : `they differ in ${differing.join(", ")}`,
    },
    {
      what: "no push reached a server twice, and each that is ok reached one",
      held: twice === 0 && unheard === 0,
      found: `${twice} twice, ${unheard} never`,
    },
  ];
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
