// One number for all fields of all rows, in their order: SHA-256 over the rows as lines of CSV.
import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import type { FlightRow, Rows } from "./flights.ts";

/** Rows between two looks at the event loop: screens and sockets go on meanwhile. */
const SLICE = 10_000;

/** A row as it goes into the checksum: `978307260000,33,2176,LAS,PHL` and a line feed. */
function csvLine(row: FlightRow): string {
  return `${row.join(",")}\n`;
}

/**
 * SHA-256, as hex, over all rows in order. Anybody can compute it from the Parquet file: dates in ms
 * since 1970, numbers in decimal, no header, a line feed after each row.
 */
export async function checksum(rows: Rows): Promise<string> {
  const hash = createHash("sha256");
  for (let first = 0; first < rows.length; first += SLICE) {
    const end = Math.min(first + SLICE, rows.length);
    let lines = "";
    for (let index = first; index < end; index += 1) lines += csvLine(rows.row(index));
    hash.update(lines);
    await setImmediate();
  }
  return hash.digest("hex");
}
