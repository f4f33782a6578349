// Rows from arrays of values, and what the server's operations make of them. Pure.
import type { Json } from "../json.ts";

/** A row as the program sees it: values by column. */
export type RowObject = Readonly<Record<string, Json>>;

/** The values of a row in the order of the page's columns. */
export function rowOf(columns: readonly string[], values: readonly Json[]): RowObject {
  // Makes own properties of all names, `__proto__` too.
  return Object.fromEntries(columns.map((name, place) => [name, values[place] ?? null]));
}

/**
 * The rows after a batch. Rows that the batch does not mention stay the same objects.
 *
 * @throws RangeError An operation that does not fit the rows, or is none: the page has to be asked
 * for anew.
 */
export function applyWire(
  columns: readonly string[],
  before: readonly RowObject[],
  operations: readonly unknown[],
): readonly RowObject[] {
  if (operations.length === 0) return before;
  const rows = [...before];
  for (const operation of operations) perform(columns, rows, operation);
  return rows;
}

function perform(columns: readonly string[], rows: RowObject[], operation: unknown): void {
  const [op, at, second, third] = listOf(operation);
  switch (op) {
    case "i":
      rows.splice(place(at, rows.length + 1), 0, rowOf(columns, listOf(second)));
      return;
    case "u":
      rows[place(at, rows.length)] = changed(columns, rows[place(at, rows.length)], second);
      return;
    case "r":
      rows.splice(place(at, rows.length), 1);
      return;
    case "m": {
      const [row] = rows.splice(place(at, rows.length), 1);
      const now = third === undefined ? (row as RowObject) : changed(columns, row, third);
      rows.splice(place(second, rows.length + 1), 0, now);
      return;
    }
    default:
      throw new RangeError("An operation is one of i, u, r, m.");
  }
}

/** Place among the columns, value, place, value … */
function changed(
  columns: readonly string[],
  row: RowObject | undefined,
  changes: unknown,
): RowObject {
  const values = new Map<string, Json>(Object.entries(row ?? {}));
  const list = listOf(changes);
  for (let index = 0; index < list.length; index += 2) {
    const name = columns[place(list[index], columns.length)] as string;
    values.set(name, list[index + 1] ?? null);
  }
  return Object.fromEntries(values);
}

function listOf(value: unknown): readonly Json[] {
  if (Array.isArray(value)) return value;
  throw new RangeError("Operations and values come in arrays.");
}

function place(at: unknown, below: number): number {
  if (typeof at === "number" && Number.isSafeInteger(at) && at >= 0 && at < below) return at;
  throw new RangeError("A place of an operation is outside of the page.");
}
