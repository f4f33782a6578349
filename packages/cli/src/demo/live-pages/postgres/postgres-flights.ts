// The flights in a PostgreSQL of the user's: in a database of their own, so that no table, schema,
// trigger or publication of anybody else's can be met, and one DROP DATABASE leaves nothing.
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { postgresSource, setup } from "@slipstream/haste/postgres";
import { Client, Pool, type ClientBase } from "pg";
import { CREATE_INDEXES, CREATE_TABLE } from "../../../flights-page/table.ts";
import type { Rows } from "../../flights.ts";
import {
  connectionError,
  explained,
  inDatabase,
  type ConnectionString,
} from "../connection-string.ts";
import { arrayTexts, flightRuns } from "../flight-texts.ts";
import {
  DatabaseLeftError,
  XID,
  type FillProgress,
  type FlightsDatabase,
  type RunSql,
} from "../flights-database.ts";

/** Flights that are stored by one statement. */
const RUN = 20_000;
/** For a connection to be made, ms. */
const CONNECT_TIMEOUT = 10_000;
/** For the server to let go of a database that is to be dropped, ms. */
const DROP_TIMEOUT = 5_000;

const PREFIX = "slipstream_demo_";
/** By this and its name a database is known as one of ours. */
const COMMENT = "Made by the demo of Slipstream, and dropped by it. Nobody needs it.";

const INSERT = `INSERT INTO flights SELECT * FROM unnest(
  $1::integer[], $2::timestamp[], $3::integer[], $4::integer[], $5::text[], $6::text[])`;

/**
 * Makes a database on the server, and checks that its changes can be followed.
 *
 * @param signal drops the database at once, whatever is going on in it.
 * @throws {DemoDatabaseError} saying what the server or the role lacks.
 */
export async function postgresFlights(
  url: ConnectionString,
  signal: AbortSignal,
): Promise<PostgresFlights> {
  const name = PREFIX + randomBytes(8).toString("hex");
  const admin = await connected(url);
  let flights: PostgresFlights | null = null;
  try {
    // As long as it is connected, nobody takes the database for one that was left behind.
    await admin.query(`SET application_name = '${name}'`);
    await dropLeftovers(admin);
    signal.throwIfAborted();
    await admin.query(
      `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'`,
    );
    flights = new PostgresFlights(admin, url, name, signal);
    await admin.query(`COMMENT ON DATABASE ${name} IS '${COMMENT}'`);
    await flights.prepare();
    return flights;
  } catch (error) {
    if (flights === null) await admin.end().catch(() => undefined);
    else await flights.close();
    signal.throwIfAborted();
    throw explained(error);
  }
}

async function connected(url: ConnectionString): Promise<Client> {
  try {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT });
    // What becomes of a connection that is lost is found out by the next statement.
    client.on("error", () => undefined);
    await client.connect();
    return client;
  } catch (error) {
    throw connectionError(error);
  }
}

/** Drops what demos that were killed have left: databases of ours that nobody is connected for. */
async function dropLeftovers(admin: ClientBase): Promise<void> {
  const { rows } = await admin.query<{ datname: string }>(
    `SELECT datname FROM pg_database d
     WHERE datname ~ '^${PREFIX}[0-9a-f]{16}$' AND pg_has_role(datdba, 'USAGE')
       AND shobj_description(d.oid, 'pg_database') = $1
       AND NOT EXISTS (SELECT FROM pg_stat_activity a
         WHERE a.application_name = d.datname OR a.datname = d.datname)`,
    [COMMENT],
  );
  for (const { datname } of rows) await drop(admin, datname);
}

/** Its slots go with it, once nobody reads from them. */
async function drop(admin: ClientBase, name: string): Promise<void> {
  const until = performance.now() + DROP_TIMEOUT;
  for (;;) {
    try {
      await admin.query(
        `SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots
         WHERE database = $1 AND active_pid IS NOT NULL`,
        [name],
      );
      await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      return;
    } catch (error) {
      const isInUse = (error as { code?: unknown }).code === "55006";
      if (!isInUse || performance.now() > until) throw error;
      await sleep(50);
    }
  }
}

export class PostgresFlights implements FlightsDatabase {
  name = "PostgreSQL";
  readonly #admin: Client;
  readonly #url: ConnectionString;
  readonly #database: string;
  readonly #pool: Pool;
  readonly #signal: AbortSignal;
  #dropping: Promise<void> | null = null;
  #closing: Promise<void> | null = null;

  constructor(admin: Client, url: ConnectionString, database: string, signal: AbortSignal) {
    this.#admin = admin;
    this.#database = database;
    this.#url = inDatabase(url, database);
    this.#signal = signal;
    this.#pool = new Pool({
      connectionString: this.#url,
      connectionTimeoutMillis: CONNECT_TIMEOUT,
      max: 4,
    });
    // A connection that is lost while nothing is asked over it.
    this.#pool.on("error", () => undefined);
    signal.addEventListener("abort", this.#abort);
  }

  /** Makes the table, and finds out whether it can be followed. */
  async prepare(): Promise<void> {
    const [version] = await this.run<{ server_version: string }>("SHOW server_version");
    this.name = `PostgreSQL ${version?.server_version.split(" ")[0] ?? ""}`.trim();
    await this.#pool.query(CREATE_TABLE);
    await setup(this.#pool, ["flights"], { publication: PREFIX + "changes" });
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
    for (const sql of [...CREATE_INDEXES, "ANALYZE flights"]) {
      signal.throwIfAborted();
      await this.#pool.query(sql);
    }
    // From here on nothing takes long, and whoever stops it closes it in order.
    this.#signal.removeEventListener("abort", this.#abort);
  }

  source(): ReturnType<typeof postgresSource> {
    return postgresSource({
      connection: this.#url,
      publication: PREFIX + "changes",
      slot: this.#database,
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

  readonly #abort = (): void => {
    this.#drop().catch(() => undefined);
  };

  #drop(): Promise<void> {
    this.#dropping ??= drop(this.#admin, this.#database);
    return this.#dropping;
  }

  async #close(): Promise<void> {
    this.#signal.removeEventListener("abort", this.#abort);
    try {
      // Where it is being dropped, so are the connections.
      if (this.#dropping === null) await this.#pool.end();
      await this.#drop();
    } catch (error) {
      const { message } = explained(error);
      throw new DatabaseLeftError(
        `The demo's database could not be dropped. ${message} When you can: DROP DATABASE ${this.#database} WITH (FORCE)`,
      );
    } finally {
      if (!this.#pool.ended) await this.#pool.end();
      await this.#admin.end().catch(() => undefined);
    }
  }
}
