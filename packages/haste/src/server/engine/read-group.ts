// The hand-off without gaps of SPEC.md, by which a group is read whatever the reason.
import { setTimeout as sleep } from "node:timers/promises";
import type { Snapshot } from "../../source/source.ts";
import type { Load } from "./content.ts";
import type { EngineLimits } from "./engine-limits.ts";
import type { Group } from "./group.ts";
import type { Retention } from "./retention.ts";
import type { SnapshotQueue } from "./snapshot-queue.ts";
import type { Version } from "./version.ts";

/** What reading needs of the engine. */
export interface ReadHost {
  readonly snapshots: SnapshotQueue;
  readonly retention: Retention;
  readonly limits: EngineLimits;
  readonly version: Version;
  readonly closing: AbortController;
  /** Until it resolves, it is not known whether views are what their tables are; null when it is. */
  readonly checking: Promise<void> | null;
  /** Resolves when the stream has come there; with false if it never will. */
  reaches(version: Version & Pick<Snapshot, "isOfThisStream">): Promise<boolean>;
}

/** Transactions of which a group that is being read remembers only that they were. */
const MAX_STUBS = 10_000;

/** The pause before a fourth attempt and each later one, ms. */
const PAUSE = 20;

/**
 * Reads a group and shows it. Takes another snapshot as often as one cannot be brought to the
 * present, and says how many it took.
 *
 * @throws What the source throws.
 */
export async function readGroup(group: Group, host: ReadHost): Promise<number> {
  for (let attempts = 1; ; attempts += 1) {
    while (host.checking !== null) await host.checking;
    if (group.isDropped || (await attempt(group, host))) return attempts;
    if (attempts > 3) await sleep(PAUSE, undefined, { signal: host.closing.signal });
  }
}

/** Whether it worked out. */
async function attempt(group: Group, host: ReadHost): Promise<boolean> {
  // Registered before the snapshot is taken: what is delivered from now on is retained, and so is
  // what was delivered before without a snapshot having seen it.
  group.state = "reading";
  group.isDisturbed = false;
  const retained = host.retention.of(group.shape.view.tables, {
    maxChanges: host.limits.maxRetainedChanges,
    maxStubs: MAX_STUBS,
  });
  group.retained = retained;
  const { snapshot, load } = await host.snapshots.read(
    async (snapshot): Promise<{ readonly snapshot: Snapshot; readonly load: Load }> => ({
      snapshot,
      load: await group.content.read(snapshot),
    }),
    group.shape.view.name,
  );
  if (!retained.narrow(snapshot) || !(await host.reaches(snapshot))) return false;
  if (group.isDropped) return true;
  if (group.isDisturbed) return false;
  const unseen = retained.unseenBy(snapshot);
  const later = retained.after(snapshot.position);
  if (unseen === null || later === null) return false;
  load();
  for (const { changes } of unseen) for (const change of changes) group.content.apply(change);
  if (group.content.isShort) return false;

  group.retained = null;
  group.publish({ epoch: snapshot.epoch, position: snapshot.position }, null);
  for (const transaction of later) {
    group.apply(transaction);
    // Short again, it is read again, and what is left comes with that.
    if (group.content.isShort) break;
  }
  // Only now is what it shows of the present.
  if (!group.content.isShort) group.state = "live";
  group.wasRead();
  return true;
}
