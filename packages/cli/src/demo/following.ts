// The part of the run in which the table changes: the feed is followed, pages go on being pulled, and
// the troubles come and go.
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "./client.ts";
import type { Tell } from "./events.ts";
import { FeedClock } from "./feed-clock.ts";
import type { FlightsService } from "./flights-service.ts";
import type { PageTaker } from "./lanes.ts";
import { CALM, recover } from "./recovery.ts";
import type { PageAudit } from "./replica.ts";
import type { Recovery, TroubleName } from "./result.ts";
import type { Stage } from "./stage.ts";
import type { Trouble } from "./troubles.ts";

/** Pages are pulled on each channel this often while the feed is followed, in ms. */
const PULL_INTERVAL = 150;
/** The least calm between two troubles, in ms. */
const PAUSE = 250;

export interface Following {
  /** How long, in s. */
  readonly seconds: number;
  readonly troubles: readonly Trouble[];
  readonly tell: Tell;
  readonly signal: AbortSignal;
  readonly service: FlightsService;
  readonly stage: Stage;
  readonly client: Client;
  readonly audit: PageAudit;
}

/** Follows the feed and goes on pulling pages, while the troubles come and go; then pulls all pages once more. */
export async function follow({
  seconds,
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
  const turn = (seconds * 1_000) / (troubles.length + 1);
  const recovered: Partial<Record<TroubleName, Recovery>> = {};
  const stop = new AbortController();
  client.ledger.begin(CALM);
  await client.follow();
  // Not before: what the first join finds changed already would be caught up in no trouble's name.
  const clock = new FeedClock(service);
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
    await sleep(Math.max(PAUSE, begin + seconds * 1_000 - performance.now()), undefined, {
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
