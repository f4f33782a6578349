// The pages that the demo opens: each as Haste is asked for it, and as the database is, in SQL that
// was written by hand and owes nothing to Haste's.
import type { PageRequest } from "@slipstream/haste/client";
import type { Flight } from "../../flights-page/flight.ts";
import type { RunSql } from "./flights-database.ts";

export interface PagePlan {
  readonly request: PageRequest<Flight>;
  /** Which flights, as a condition. */
  readonly where: string;
  /** By columns of the table: `date` alone would be what is selected under this name. */
  readonly order: string;
  /** The same order backwards. */
  readonly backwards: string;
  /** Which of them stand at the place where the page was opened, or behind it. */
  readonly behind: string;
  /** Which stand before it. */
  readonly ahead: string;
}

/** How many rows there may be before that place, and from it on. */
export interface PageSize {
  readonly before: number;
  readonly after: number;
}

/** What plans are made of. */
export interface FlightsTold {
  /** Airports with many departures, the busiest first; never fewer than one. */
  readonly airports: readonly string[];
  /** A flight in the middle. */
  readonly middle: { readonly id: number; readonly date: string };
}

/** @param rows flights that there are, with the ids from 1 on */
export async function tellFlights(run: RunSql, rows: number): Promise<FlightsTold> {
  const airports = await run<{ origin: string }>(
    `SELECT origin FROM flights WHERE id <= ${SAMPLE}
     GROUP BY origin ORDER BY count(*) DESC, origin LIMIT 12`,
  );
  const [middle] = await run<{ id: number; date: string }>(
    `SELECT id, ${DATE} AS date FROM flights WHERE id = ${Math.ceil(rows / 2)}`,
  );
  if (middle === undefined) throw new Error("There are no flights.");
  return { airports: airports.map(({ origin }) => origin), middle };
}

/** Flights that are looked at to learn which airports there are. */
const SAMPLE = 20_000;

/** Pages that stay open, of many kinds. */
export function standingPlans({ airports, middle }: FlightsTold): readonly PagePlan[] {
  const [first = "", second = first, third = second] = airports;
  return [
    latestPlan,
    departuresPlan(first),
    {
      request: {
        where: ["in", "destination", [first, second, third]],
        orderBy: [{ column: "date" }],
        limit: 100,
      },
      where: `destination IN ('${first}', '${second}', '${third}')`,
      order: "flights.date, id",
      backwards: "flights.date DESC, id DESC",
      behind: "true",
      ahead: "false",
    },
    {
      request: {
        where: ["and", ["gt", "delay", 60], ["ne", "origin", first]],
        orderBy: [{ column: "distance", direction: "desc" }],
        limit: 60,
      },
      where: `delay > 60 AND origin <> '${first}'`,
      order: "distance DESC, id",
      backwards: "distance, id DESC",
      behind: "true",
      ahead: "false",
    },
    {
      request: { orderBy: [{ column: "delay" }], at: "end", limit: 50 },
      where: "true",
      order: "delay, id",
      backwards: "delay DESC, id DESC",
      behind: "false",
      ahead: "true",
    },
    {
      request: { orderBy: [{ column: "date" }], at: { key: [middle.id] }, limit: 40 },
      where: "true",
      order: "flights.date, id",
      backwards: "flights.date DESC, id DESC",
      behind: `(date, id) >= ('${middle.date}', ${middle.id})`,
      ahead: `(date, id) < ('${middle.date}', ${middle.id})`,
    },
    {
      request: {
        where: ["or", ["prefix", "origin", "S"], ["contains", "destination", "a"]],
        orderBy: [{ column: "destination" }, { column: "distance", direction: "desc" }],
        limit: 80,
      },
      where: "origin LIKE 'S%' OR destination ILIKE '%a%'",
      order: "destination, distance DESC, id",
      backwards: "destination DESC, distance, id DESC",
      behind: "true",
      ahead: "false",
    },
    {
      request: {
        where: ["not", ["between", "delay", -15, 240]],
        orderBy: [{ column: "origin" }, { column: "delay", direction: "desc" }],
        limit: 80,
      },
      where: "delay < -15 OR delay > 240",
      order: "origin, delay DESC, id",
      backwards: "origin DESC, delay, id DESC",
      behind: "true",
      ahead: "false",
    },
  ];
}

/** The view's own order. */
const latestPlan: PagePlan = {
  request: { limit: 50 },
  where: "true",
  order: "delay DESC, id DESC",
  backwards: "delay, id",
  behind: "true",
  ahead: "false",
};

/** Departures of an airport, the latest first. */
export function departuresPlan(airport: string): PagePlan {
  return {
    request: {
      where: ["eq", "origin", airport],
      orderBy: [{ column: "delay", direction: "desc" }],
      limit: 50,
    },
    where: `origin = '${airport}'`,
    order: "delay DESC, id",
    backwards: "delay, id DESC",
    behind: "true",
    ahead: "false",
  };
}

/** The size that a request asks for: around a key, half of it on each side. */
export function sizeOf({ request: { at = "start", limit = 50 } }: PagePlan): PageSize {
  if (at === "start") return { before: 0, after: limit };
  if (at === "end") return { before: limit, after: 0 };
  return { before: Math.floor(limit / 2), after: limit - Math.floor(limit / 2) };
}

/** The rows that the page has to show. */
export async function rowsOf(
  { where, order, backwards, behind, ahead }: PagePlan,
  { before, after }: PageSize,
  run: RunSql,
): Promise<readonly Flight[]> {
  const select = (condition: string, by: string, limit: number): Promise<readonly Flight[]> =>
    run<Flight>(
      `SELECT id, ${DATE} AS date, delay, distance, origin, destination
       FROM flights WHERE (${where}) AND ${condition} ORDER BY ${by} LIMIT ${limit}`,
    );
  const first = before === 0 ? [] : await select(ahead, backwards, before);
  const rest = after === 0 ? [] : await select(behind, order, after);
  return [...first.toReversed(), ...rest];
}

/** A flight's date as JSON has it. */
const DATE = `to_char(date, 'YYYY-MM-DD"T"HH24:MI:SS')`;

const COLUMNS = ["id", "date", "delay", "distance", "origin", "destination"] as const;

/** How many places of the page hold another row than they should, or none. */
export function differences(shown: readonly Flight[], right: readonly Flight[]): number {
  const places = Array.from({ length: Math.max(shown.length, right.length) }, (_, at) => at);
  return places.filter((at) => {
    const [one, other] = [shown[at], right[at]];
    if (one === undefined || other === undefined) return true;
    return COLUMNS.some((column) => one[column] !== other[column]);
  }).length;
}
