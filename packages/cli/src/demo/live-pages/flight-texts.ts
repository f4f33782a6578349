// Flights as PostgreSQL reads them in bulk. No database here.
import type { FlightRow, Rows } from "../flights.ts";

/** A run of flights: `first` to before `end`. The flight at 0 has the id 1. */
export interface FlightRun {
  readonly first: number;
  readonly end: number;
}

/** All flights, at most `size` at a time. */
export function* flightRuns(length: number, size: number): Generator<FlightRun> {
  for (let first = 0; first < length; first += size) {
    yield { first, end: Math.min(length, first + size) };
  }
}

/** One line for each flight, as COPY reads it. */
export function copyText(flights: Rows, { first, end }: FlightRun): string {
  let text = "";
  for (let at = first; at < end; at += 1) text += `${fields(at, flights.row(at)).join("\t")}\n`;
  return text;
}

/** One array for each column, as PostgreSQL writes arrays. */
export function arrayTexts(flights: Rows, { first, end }: FlightRun): readonly string[] {
  const columns: string[][] = [[], [], [], [], [], []];
  for (let at = first; at < end; at += 1) {
    for (const [place, text] of fields(at, flights.row(at)).entries()) columns[place]?.push(text);
  }
  return columns.map((texts) => `{${texts.join(",")}}`);
}

/** In the order of the table's columns. Airports are three letters, which nothing has to quote. */
function fields(at: number, [date, delay, distance, ...airports]: FlightRow): readonly string[] {
  const moment = new Date(date).toISOString().slice(0, -1);
  return [String(at + 1), moment, String(delay), String(distance), ...airports];
}
