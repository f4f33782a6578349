// Reading real flights: flights-3m.parquet of the npm package vega-datasets, by row groups, into columns.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { asyncBufferFromFile, parquetMetadataAsync, parquetRead, type ColumnData } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { FlightColumns } from "./flights.ts";

/** The file cannot be used: it is missing, too short, or holds something else than flights. */
export class FlightsFileError extends Error {
  override readonly name = "FlightsFileError";
  readonly code = "flights_file";
}

/** Where the package vega-datasets keeps the flights. */
export function flightsPath(): string {
  const entry = createRequire(import.meta.url).resolve("vega-datasets");
  return join(dirname(entry), "..", "data", "flights-3m.parquet");
}

export interface ReadOptions {
  /** How many rows, from the first one on. */
  readonly rows: number;
  /** Called after each row group. */
  readonly onProgress?: (rows: number) => void;
  readonly path?: string;
}

/**
 * Reads the first rows of the file. One row group (272,727 rows) is unpacked at a time; what stays
 * is 28 bytes a row.
 * @throws {FlightsFileError} The file is missing, has fewer rows, or other columns.
 */
export async function readFlights({
  rows,
  onProgress,
  path = flightsPath(),
}: ReadOptions): Promise<FlightColumns> {
  const file = await asyncBufferFromFile(path).catch((cause: unknown) => {
    throw new FlightsFileError(`No flights to read: ${path} cannot be opened. Run npm ci.`, {
      cause,
    });
  });
  const metadata = await parquetMetadataAsync(file);
  const available = Number(metadata.num_rows);
  if (rows > available) {
    throw new FlightsFileError(`The file has ${available} flights, and ${rows} were asked for.`);
  }
  const columns = new FlightColumns(rows);
  let start = 0;
  for (const group of metadata.row_groups) {
    const end = Math.min(start + Number(group.num_rows), rows);
    const filling = new Filling(columns, start, end);
    await parquetRead({
      file,
      metadata,
      compressors,
      columns: [...COLUMNS],
      rowStart: start,
      rowEnd: end,
      // As bigint, so that nothing is lost before it is checked.
      parsers: { timestampFromMicroseconds: (micros: bigint) => micros },
      onChunk: (chunk) => filling.take(chunk),
    });
    filling.check();
    start = end;
    onProgress?.(end);
    if (end === rows) break;
  }
  return columns;
}

const COLUMNS = ["date", "delay", "distance", "origin", "destination"] as const;

/** Takes the chunks of one row group. Nothing is thrown in `take`: hyparquet does not catch it. */
class Filling {
  readonly #columns: FlightColumns;
  readonly #start: number;
  readonly #end: number;
  #cells = 0;
  #failure: unknown = null;

  constructor(columns: FlightColumns, start: number, end: number) {
    this.#columns = columns;
    this.#start = start;
    this.#end = end;
  }

  take({ columnName, columnData, rowStart, rowEnd }: ColumnData): void {
    try {
      const put = this.#writer(columnName);
      // A chunk may reach beyond the rows that were asked for.
      const end = Math.min(rowEnd, this.#end);
      for (let index = Math.max(rowStart, this.#start); index < end; index += 1) {
        put(index, columnData[index - rowStart] as unknown);
        this.#cells += 1;
      }
    } catch (error) {
      this.#failure ??= error;
    }
  }

  check(): void {
    if (this.#failure !== null) throw this.#failure as Error;
    const missing = (this.#end - this.#start) * COLUMNS.length - this.#cells;
    if (missing !== 0) throw new FlightsFileError(`The file left ${missing} fields empty.`);
  }

  #writer(name: string): (index: number, value: unknown) => void {
    const columns = this.#columns;
    switch (name) {
      case "date":
        return (index, value) => (columns.dates[index] = wholeMilliseconds(value));
      case "delay":
        return (index, value) => (columns.delays[index] = whole(value, name));
      case "distance":
        return (index, value) => (columns.distances[index] = whole(value, name));
      case "origin":
        return (index, value) => columns.setOrigin(index, airport(value, name));
      case "destination":
        return (index, value) => columns.setDestination(index, airport(value, name));
      default:
        throw new FlightsFileError(`The file has a column that was not asked for: ${name}.`);
    }
  }
}

function wholeMilliseconds(micros: unknown): number {
  if (typeof micros !== "bigint" || micros % 1_000n !== 0n) {
    throw new FlightsFileError("A date is no whole number of milliseconds.");
  }
  return Number(micros / 1_000n);
}

function whole(value: unknown, column: string): number {
  const number = Number(value);
  if (typeof value === "bigint" && number === Math.trunc(number) && Math.abs(number) < 2 ** 31) {
    return number;
  }
  throw new FlightsFileError(`A ${column} is no whole number of 32 bits.`);
}

function airport(value: unknown, column: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw new FlightsFileError(`A flight has no ${column}.`);
}
