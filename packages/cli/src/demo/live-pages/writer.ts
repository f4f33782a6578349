// Whoever changes flights in the database while pages show them: delays move, flights are cancelled
// and added. What it does follows from how often it has done something before.
import { setTimeout as sleep } from "node:timers/promises";
import { mix } from "../changes.ts";
import type { FlightsDatabase, RunSql } from "./flights-database.ts";

/** The latest flights, which pages show first, are looked up again after so many transactions. */
const LOOK_AGAIN = 25;
const LATEST = 120;

/** After an error, ms. */
const PAUSE = 1_000;

export class FlightsWriter {
  readonly #db: FlightsDatabase;
  readonly #onError: (error: unknown) => void;
  #nextId: number;
  #thrown = 0;
  #written = 0;
  #latest: readonly number[] = [];
  #lastXid = "0";
  readonly #listeners = new Set<() => void>();
  #going: { readonly stop: AbortController; readonly ended: Promise<void> } | null = null;

  /**
   * @param rows flights that there are, with the ids 1 to `rows`
   * @param onError told when something could not be written; the writer goes on after a while.
   */
  constructor(db: FlightsDatabase, rows: number, onError: (error: unknown) => void) {
    this.#db = db;
    this.#nextId = rows + 1;
    this.#onError = onError;
  }

  /** Transactions so far. */
  get written(): number {
    return this.#written;
  }

  /** Writes a transaction every `interval` ms, until {@link hold}. */
  go(interval: number): void {
    if (this.#going !== null) return;
    const stop = new AbortController();
    this.#going = { stop, ended: this.#goOn(interval, stop.signal) };
  }

  /** Ends writing. Resolves with the last transaction's id when that has been committed. */
  async hold(): Promise<string> {
    const going = this.#going;
    this.#going = null;
    going?.stop.abort();
    await going?.ended;
    return this.#lastXid;
  }

  /** Resolves when so many transactions have been written. Rejects with what the signal says. */
  until(count: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (!signal.aborted && this.#written < count) return;
        this.#listeners.delete(look);
        signal.removeEventListener("abort", look);
        if (signal.aborted) reject(signal.reason as Error);
        else resolve();
      };
      this.#listeners.add(look);
      signal.addEventListener("abort", look);
      look();
    });
  }

  /** Writes one transaction. */
  async write(): Promise<void> {
    if (this.#written % LOOK_AGAIN === 0) await this.#lookAgain();
    const kind = this.#throw(10);
    this.#lastXid = await this.#db.write((run) => {
      if (kind === 0) return this.#cancel(run);
      if (kind === 1) return this.#add(run);
      if (kind === 2) return this.#holdUpAirport(run);
      return this.#moveDelays(run);
    });
    this.#written += 1;
    for (const listener of [...this.#listeners]) listener();
  }

  async #goOn(interval: number, stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const turn = sleep(interval, undefined, { signal: stop }).catch(() => undefined);
      try {
        await this.write();
      } catch (error) {
        this.#onError(error);
        await sleep(PAUSE, undefined, { signal: stop }).catch(() => undefined);
      }
      await turn;
    }
  }

  /** Some flights get earlier or later, those that are very late more often than others. */
  async #moveDelays(run: RunSql): Promise<void> {
    const ids = Array.from({ length: 1 + this.#throw(4) }, () => this.#someFlight());
    await run(
      `UPDATE flights SET delay = least(1500, greatest(-60, delay + $2::integer))
       WHERE id = ANY ($1::text::integer[])`,
      [`{${ids.join(",")}}`, this.#throw(2) === 0 ? 1 + this.#throw(25) : -1 - this.#throw(25)],
    );
  }

  async #holdUpAirport(run: RunSql): Promise<void> {
    const first = this.#anyFlight();
    await run(
      `UPDATE flights SET delay = delay + 15 WHERE id BETWEEN $1 AND $1 + 1000
       AND origin = (SELECT origin FROM flights WHERE id >= $1 ORDER BY id LIMIT 1)`,
      [first],
    );
  }

  async #cancel(run: RunSql): Promise<void> {
    await run("DELETE FROM flights WHERE id = $1", [this.#someFlight()]);
  }

  /** On the route of a flight that there is. */
  async #add(run: RunSql): Promise<void> {
    await run(
      `INSERT INTO flights SELECT $1::integer, date, $2::integer, distance, origin, destination
       FROM flights WHERE id >= $3 ORDER BY id LIMIT 1`,
      [this.#nextId, this.#throw(1_200) - 60, this.#anyFlight()],
    );
    this.#nextId += 1;
  }

  async #lookAgain(): Promise<void> {
    const rows = await this.#db.run<{ id: number }>(
      `SELECT id FROM flights ORDER BY delay DESC, id DESC LIMIT ${LATEST}`,
    );
    this.#latest = rows.map(({ id }) => id);
  }

  #someFlight(): number {
    const latest = this.#latest[this.#throw(LATEST)];
    return this.#throw(2) === 0 && latest !== undefined ? latest : this.#anyFlight();
  }

  #anyFlight(): number {
    return 1 + this.#throw(this.#nextId - 1);
  }

  /** A whole number from 0 to below `sides`. */
  #throw(sides: number): number {
    this.#thrown += 1;
    return mix(this.#thrown) % sides;
  }
}
