// One trouble from its begin until the client is whole again, and what is to be said of it.
import type { FeedCounts } from "./feed-follower.ts";
import type { PageTaker } from "./lanes.ts";
import { LANES } from "./client.ts";
import { WaitedTooLongError } from "./observer.ts";
import type { PushCounts } from "./push-ledger.ts";
import type { Check, Recovery } from "./result.ts";
import type { Scene, Trouble } from "./troubles.ts";
import { endNames, tally } from "./words.ts";

/** How long a recovery may take in all, in ms. More than any of them should need. */
const PATIENCE = 15_000;

/** The part of the run, for the ledger, that is no trouble's. */
export const CALM = "calm";

/**
 * Meets a trouble. "Whole again" means: the connection is open, every channel is joined, the feed has
 * brought what was missed, and a page came on each channel.
 */
export async function recover(trouble: Trouble, scene: Scene, take: PageTaker): Promise<Recovery> {
  const { client, service } = scene;
  const { observer, lanes, feed, ledger } = client;
  observer.forget();
  ledger.begin(trouble.name);
  const before = feed.counts;
  const begin = performance.now();
  let noticedAfter: number | null = null;
  let wholeAfter: number | null = null;
  const noticed = observer
    .until("The client's noticing", () => trouble.noticed(observer.seen) !== null, PATIENCE)
    .then(() => {
      noticedAfter = rounded(performance.now() - begin);
    });
  // It is awaited below; until then a rejection is nobody's fault.
  noticed.catch(() => undefined);
  // In flight when it strikes.
  const inFlight = lanes.pullOnEach(service.pages, take);
  const checks: Check[] = [];
  try {
    checks.push(...(await trouble.act(scene)));
    await noticed;
    await observer.until("Joining all channels again", () => observer.joined, PATIENCE);
    const missed = service.log.seq;
    await observer.until("Catching up with the feed", () => feed.seq >= missed, PATIENCE);
    const came = await lanes.pullOnEach(service.pages, take);
    wholeAfter = rounded(performance.now() - begin);
    ledger.begin(CALM);
    await observer.until(
      "An outcome of every push",
      () => ledger.open(trouble.name) === 0,
      PATIENCE,
    );
    checks.push({
      what: "a page came on each channel afterwards",
      held: came === LANES,
      found: `${came} of ${LANES}`,
    });
  } catch (error) {
    if (!(error instanceof WaitedTooLongError)) throw error;
    checks.push({ what: "it became whole again", held: false, found: error.message });
  } finally {
    ledger.begin(CALM);
    await Promise.allSettled([noticed, inFlight]);
  }
  const { seen } = observer;
  const pushes = ledger.counts(trouble.name);
  checks.push(
    {
      what: "the client gave the right reason, and no other",
      held: trouble.isRight(seen),
      found: endNames(seen.ends).join(", ") || (trouble.noticed(seen) ?? "none"),
    },
    feedCheck(before, feed.counts),
    {
      what: "every push that was made has one outcome, and a name for it",
      held: isAccountedFor(pushes) && ledger.settledTwice === 0,
      found: tally(pushes.byOutcome),
    },
  );
  return {
    recovered: checks.every(({ held }) => held),
    trouble: trouble.story,
    reason: trouble.noticed(seen) ?? "not noticed",
    ends: endNames(seen.ends),
    noticedAfter,
    wholeAfter,
    caughtUp: feed.counts.caughtUp - before.caughtUp,
    pushes,
    checks,
  };
}

function feedCheck(before: FeedCounts, after: FeedCounts): Check {
  const missing = after.missing - before.missing;
  const twice = after.twice - before.twice;
  const wrong = after.wrong - before.wrong;
  return {
    what: "the feed went on without a gap and without a duplicate",
    held: missing === 0 && twice === 0 && wrong === 0,
    found: `${after.received - before.received} changes: ${missing} missing, ${twice} twice, ${wrong} wrong`,
  };
}

function isAccountedFor({ made, byOutcome }: PushCounts): boolean {
  const outcomes = Object.values(byOutcome).reduce((sum, count) => sum + count, 0);
  return outcomes === made && (byOutcome.other ?? 0) === 0;
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}
