// Flights by columns: typed arrays, and airports kept once. Millions of rows fit; nothing here reads or sends.

/** One flight as it travels: the date in ms since 1970 (local time of the airport), the delay in minutes, the distance in miles, two airports. */
export type FlightRow = readonly [
  date: number,
  delay: number,
  distance: number,
  origin: string,
  destination: string,
];

/** Rows by position. */
export interface Rows {
  readonly length: number;
  row(index: number): FlightRow;
}

/** The positions of one page: `first` to before `end`. */
export interface PageRange {
  readonly first: number;
  readonly end: number;
}

/** How many pages of `pageSize` rows it takes to hold `rows`. */
export function pageCount(rows: number, pageSize: number): number {
  return Math.ceil(rows / pageSize);
}

export function pageRange(index: number, pageSize: number, rows: number): PageRange {
  return { first: index * pageSize, end: Math.min((index + 1) * pageSize, rows) };
}

/** A table of a fixed length, all zeros and empty airports until it is filled. */
export class FlightColumns implements Rows {
  readonly length: number;
  readonly dates: Float64Array;
  readonly delays: Int32Array;
  readonly distances: Int32Array;
  readonly #origins: Uint16Array;
  readonly #destinations: Uint16Array;
  readonly #airports = new Airports();

  constructor(length: number) {
    this.length = length;
    this.dates = new Float64Array(length);
    this.delays = new Int32Array(length);
    this.distances = new Int32Array(length);
    this.#origins = new Uint16Array(length);
    this.#destinations = new Uint16Array(length);
  }

  setOrigin(index: number, airport: string): void {
    this.#origins[index] = this.#airports.code(airport);
  }

  setDestination(index: number, airport: string): void {
    this.#destinations[index] = this.#airports.code(airport);
  }

  set(index: number, [date, delay, distance, origin, destination]: FlightRow): void {
    this.dates[index] = date;
    this.delays[index] = delay;
    this.distances[index] = distance;
    this.setOrigin(index, origin);
    this.setDestination(index, destination);
  }

  row(index: number): FlightRow {
    return [
      this.dates[index] ?? 0,
      this.delays[index] ?? 0,
      this.distances[index] ?? 0,
      this.#airports.name(this.#origins[index] ?? 0),
      this.#airports.name(this.#destinations[index] ?? 0),
    ];
  }
}

/** The first rows of a table, `most` of them at most. */
export function firstRows(rows: Rows, most: number): Rows {
  return { length: Math.min(rows.length, most), row: (index) => rows.row(index) };
}

/** Each name once, and a small number for it. */
class Airports {
  readonly #names: string[] = [""];
  readonly #codes = new Map<string, number>([["", 0]]);

  code(name: string): number {
    const known = this.#codes.get(name);
    if (known !== undefined) return known;
    const code = this.#names.length;
    if (code > 0xffff) throw new RangeError("More than 65,535 airports: their codes are 16 bits.");
    this.#names.push(name);
    this.#codes.set(name, code);
    return code;
  }

  name(code: number): string {
    return this.#names[code] ?? "";
  }
}
