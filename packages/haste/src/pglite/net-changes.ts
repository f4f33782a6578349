// What a transaction's log entries come to. Triggers of nested statements fire before those of the
// statement that contains them, so the entries of one row need not be in the order in which it was
// changed. They need not be: each is a step from one state of a row to another, and where the path
// of a row's steps begins and ends does not depend on their order.
import type { Row } from "../row.ts";
import type { Change } from "../source/source.ts";

/** A step of one row of one table: texts of JSON arrays, null for a row that is not there. */
export interface Step {
  readonly table: string;
  readonly key: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** For each row that is not what it was, one change. `toRow` reads a state that is there. */
export function netChanges(
  steps: readonly Step[],
  toRow: (table: string, state: string) => Row,
): Change[] {
  const paths = new Map<string, { readonly table: string; readonly balance: Balance }>();
  for (const { table, key, before, after } of steps) {
    const name = `${table}\0${key}`;
    let path = paths.get(name);
    if (path === undefined) paths.set(name, (path = { table, balance: new Map() }));
    add(path.balance, before, -1);
    add(path.balance, after, 1);
  }
  const changes: Change[] = [];
  for (const { table, balance } of paths.values()) {
    let before: string | null = null;
    let after: string | null = null;
    for (const [state, count] of balance) {
      if (count < 0) before = state;
      if (count > 0) after = state;
    }
    if (before === after) continue;
    const old = before === null ? null : toRow(table, before);
    const young = after === null ? null : toRow(table, after);
    if (old !== null && young !== null) {
      changes.push({ kind: "update", table, before: old, after: young });
    } else if (young !== null) changes.push({ kind: "insert", table, after: young });
    else if (old !== null) changes.push({ kind: "delete", table, before: old });
  }
  // A key that was freed and taken again by a value that equals it: first it goes, then it comes.
  return changes.sort((a, b) => Number(b.kind === "delete") - Number(a.kind === "delete"));
}

/** How much more often a row came into each state than it left it. */
type Balance = Map<string | null, number>;

function add(balance: Balance, state: string | null, by: number): void {
  balance.set(state, (balance.get(state) ?? 0) + by);
}
