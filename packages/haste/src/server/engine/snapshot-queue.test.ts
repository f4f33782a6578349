import { expect, test } from "vitest";
import type { Snapshot, Source } from "../../source/source.ts";
import { SnapshotQueue } from "./snapshot-queue.ts";

const LIMITS = { maxSnapshots: 1, maxWaiting: 10, readsPerSnapshot: 10 };

/** Snapshots whose position is final when they end, as those of a database are; some end badly. */
class Snapshots {
  taken = 0;
  readonly #endsBadly: (number: number) => boolean;

  constructor(endsBadly: (number: number) => boolean = () => false) {
    this.#endsBadly = endsBadly;
  }

  readonly snapshot: Source["snapshot"] = async (read) => {
    this.taken += 1;
    const number = this.taken;
    const snapshot = {
      epoch: "e",
      position: 0n,
      sees: () => true,
      query: () => Promise.resolve([]),
    };
    const result = await read(snapshot);
    if (this.#endsBadly(number)) throw new Error("The connection was cut.");
    snapshot.position = BigInt(number);
    return result;
  };
}

const position = (snapshot: Snapshot): Promise<() => bigint> =>
  Promise.resolve(() => snapshot.position);

test("what was read in a snapshot that did not end well is not taken for read", async () => {
  const snapshots = new Snapshots((number) => number === 1);
  const queue = new SnapshotQueue(snapshots, LIMITS, () => {});
  const reads = [queue.read(position), queue.read(position)];
  for (const read of reads) await expect(read).rejects.toThrow("The connection was cut.");
  expect((await queue.read(position))()).toBe(2n);
});

test("one whose statement fails is told; those beside it are read anew, in a snapshot that ends", async () => {
  const snapshots = new Snapshots();
  const queue = new SnapshotQueue(snapshots, LIMITS, () => {});
  const before = queue.read(position);
  const failing = queue.read(() => Promise.reject(new Error("It took too long.")));
  const after = queue.read(position);
  await expect(failing).rejects.toThrow("It took too long.");
  expect([(await before)(), (await after)()]).toEqual([2n, 2n]);
  expect(snapshots.taken).toBe(2);
});

test("whoever is to be read anew when the queue is closed is told so", async () => {
  const queue = new SnapshotQueue(new Snapshots(), LIMITS, () => {});
  const beside = queue.read(position);
  const failing = queue.read(() => {
    queue.close();
    return Promise.reject(new Error("It took too long."));
  });
  await expect(failing).rejects.toThrow("It took too long.");
  await expect(beside).rejects.toThrow("ended here");
});

test("what waits for one thing keeps nobody waiting who asks for another", async () => {
  const held: (() => void)[] = [];
  const queue = new SnapshotQueue(
    new Snapshots(),
    { maxSnapshots: 2, maxWaiting: 10, readsPerSnapshot: 1 },
    () => {},
  );
  const locked = (): Promise<void> => new Promise((resolve) => held.push(resolve));
  const waiting = [1, 2, 3].map(() => queue.read(locked, "locked"));
  await queue.read(position, "other");
  expect(held).toHaveLength(1);
  expect(queue.stats).toMatchObject({ waiting: 2 });
  for (const read of waiting) {
    await expect.poll(() => held.length).toBeGreaterThan(0);
    held.pop()?.();
    await read;
  }
  expect(queue.stats).toMatchObject({ waiting: 0 });
});
