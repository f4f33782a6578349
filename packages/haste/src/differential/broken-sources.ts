// Sources that do one thing wrong each, as the engine behind them might: what the differential test
// has to find out.
import type { Change, Snapshot, Source, Transaction } from "../source/source.ts";

/** What is wrong, and the source that has it so. */
export type BrokenSource = readonly [fault: string, breaks: (source: Source) => Source];

export const BROKEN_SOURCES: readonly BrokenSource[] = [
  [
    "windows are refilled by one row too few",
    reads((rows) => (rows.length > 1 ? rows.slice(0, -1) : rows)),
  ],
  ["rows that a policy has lost stay", tells((change) => (isOfPolicies(change) ? [] : [change]))],
  [
    "policies that are taken away hold on",
    tells((change) => (isOfPolicies(change) && change.kind === "delete" ? [] : [change])),
  ],
  [
    "rows that are deleted stay",
    tells((change) => (change.kind === "delete" && !isOfPolicies(change) ? [] : [change])),
  ],
  [
    "rows that leave a filter stay",
    tells((change) =>
      change.kind === "update" ? [{ ...change, before: change.after }] : [change],
    ),
  ],
  [
    "what no row tells of is not seen",
    tells((change) => (change.kind === "reload" ? [] : [change])),
  ],
];

/** The table by which the test's policies are granted. */
function isOfPolicies({ table }: Change): boolean {
  return table.startsWith("public.grants_");
}

function tells(told: (change: Change) => readonly Change[]): BrokenSource[1] {
  return (source) => ({
    ...passedOn(source),
    subscribe: (subscriber) =>
      source.subscribe({
        transaction: (transaction: Transaction) =>
          subscriber.transaction({ ...transaction, changes: transaction.changes.flatMap(told) }),
        epochChanged: (epoch) => subscriber.epochChanged(epoch),
        interrupted: (error) => subscriber.interrupted(error),
        resumed: () => subscriber.resumed(),
      }),
  });
}

type Rows = Awaited<ReturnType<Snapshot["query"]>>;

function reads(read: (rows: Rows) => Rows): BrokenSource[1] {
  return (source) => ({
    ...passedOn(source),
    snapshot: (work, signal) =>
      source.snapshot((snapshot) => {
        const query: Snapshot["query"] = async (...asked) => read(await snapshot.query(...asked));
        // Its position is final only after the last query.
        return work(Object.create(snapshot, { query: { value: query } }) as Snapshot);
      }, signal),
  });
}

function passedOn(source: Source): Source {
  return {
    describe: (...asked) => source.describe(...asked),
    subscribe: (subscriber) => source.subscribe(subscriber),
    snapshot: (read, signal) => source.snapshot(read, signal),
    reached: (position, signal) => source.reached(position, signal),
    close: () => source.close(),
  };
}
