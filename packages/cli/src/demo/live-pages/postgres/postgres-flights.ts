// The flights in a PostgreSQL of the user's: in a database of their own, so that no table, schema,
// trigger or publication of anybody else's can be met.
import type { Source } from "@slipstream/haste";
import { postgresSource, setup } from "@slipstream/haste/postgres";
import { Pool } from "pg";
import {
  CREATE_AIRPORT_INDEXES,
  CREATE_INDEXES,
  CREATE_TABLE,
} from "../../../flights-page/table.ts";
import type { Rows } from "../../flights.ts";
import { explained, inDatabase, type ConnectionString } from "../connection-string.ts";
import { arrayTexts, flightRuns } from "../flight-texts.ts";
import { XID, type FillProgress, type FlightsDatabase, type RunSql } from "../flights-database.ts";
import { CONNECT_TIMEOUT, OwnDatabase, PREFIX } from "./own-database.ts";

/** From so many on, an airport's flights have indexes of their own. */
const MANY = 1_000_000;
const ALL_INDEXES = [...CREATE_INDEXES, ...CREATE_AIRPORT_INDEXES];
/** Flights that are stored by one statement. */
const RUN = 20_000;

const INSERT = `INSERT INTO flights SELECT * FROM unnest(
  $1::integer[], $2::timestamp[], $3::integer[], $4::integer[], $5::text[], $6::text[])`;

const PUBLICATION = `${PREFIX}changes`;

/**
 * Makes a database on the server, and checks that its changes can be followed.
 *
 * @param signal until it has been filled, drops the database at once, whatever is going on in it.
 * @throws {DemoDatabaseError} saying what the server or the role lacks.
 */
export async function postgresFlights(
  url: ConnectionString,
  signal: AbortSignal,
): Promise<FlightsDatabase> {
  const flights = new PostgresFlights(await OwnDatabase.create(url), url, signal);
  try {
    signal.throwIfAborted();
    await flights.prepare();
    return flights;
  } catch (error) {
    await flights.close();
    signal.throwIfAborted();
    throw explained(error);
  }
}

class PostgresFlights implements FlightsDatabase {
  name = "PostgreSQL";
  readonly #database: OwnDatabase;
  readonly #url: ConnectionString;
  readonly #pool: Pool;
  readonly #signal: AbortSignal;
  #closing: Promise<void> | null = null;

  constructor(database: OwnDatabase, url: ConnectionString, signal: AbortSignal) {
    this.#database = database;
    this.#url = inDatabase(url, database.name);
    this.#signal = signal;
    this.#pool = new Pool({
      connectionString: this.#url,
      connectionTimeoutMillis: CONNECT_TIMEOUT,
      max: 4,
    });
    // Whoever asks over a connection that is lost is told; if nobody does, nobody misses it.
    this.#pool.on("error", () => undefined);
    this.#pool.on("connect", (client) => client.on("error", () => undefined));
    signal.addEventListener("abort", this.#abort);
  }

  get place(): string {
    return this.#database.name;
  }

  /** Makes the table, and finds out whether it can be followed. */
  async prepare(): Promise<void> {
    const [version] = await this.run<{ server_version: string }>("SHOW server_version");
    this.name = `PostgreSQL ${version?.server_version.split(" ")[0] ?? ""}`.trim();
    await this.#pool.query(CREATE_TABLE);
    await setup(this.#pool, ["flights"], { publication: PUBLICATION });
    const source = this.source();
    try {
      await source.describe(["flights"]);
    } finally {
      await source.close();
    }
  }

  async fill(flights: Rows, { onStored, signal }: FillProgress): Promise<void> {
    for (const part of flightRuns(flights.length, RUN)) {
      signal.throwIfAborted();
      await this.run(INSERT, arrayTexts(flights, part));
      onStored(part.end);
    }
    const indexes = flights.length < MANY ? CREATE_INDEXES : ALL_INDEXES;
    for (const sql of [...indexes, "ANALYZE flights"]) {
      signal.throwIfAborted();
      await this.#pool.query(sql);
    }
    // From here on nothing takes long, and whoever stops it closes it in order.
    this.#signal.removeEventListener("abort", this.#abort);
  }

  source(): Source {
    return postgresSource({
      connection: this.#url,
      publication: PUBLICATION,
      slot: this.#database.name,
    });
  }

  readonly run: RunSql = async <Row>(sql: string, parameters: readonly (string | number)[] = []) =>
    (await this.#pool.query(sql, [...parameters])).rows as Row[];

  async write(statements: (run: RunSql) => Promise<void>): Promise<string> {
    const client = await this.#pool.connect();
    let failed = true;
    try {
      const run: RunSql = async <Row>(sql: string, parameters: readonly (string | number)[] = []) =>
        (await client.query(sql, [...parameters])).rows as Row[];
      await run("BEGIN");
      await statements(run);
      const [row] = await run<{ xid: string }>(XID);
      await run("COMMIT");
      failed = false;
      return row?.xid ?? "";
    } finally {
      // A connection in the middle of a transaction is of no use to the next one.
      client.release(failed);
    }
  }

  /** @throws {DatabaseLeftError} The database is still there; the message has its name. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#signal.removeEventListener("abort", this.#abort);
    try {
      // Where it is being dropped, so are the connections.
      if (this.#database.isBeingDropped) await this.#database.drop();
    } finally {
      await this.#pool.end();
    }
    await this.#database.drop();
  }

  readonly #abort = (): void => {
    // close() tells what comes of it.
    this.#database.drop().catch(() => undefined);
  };
}
