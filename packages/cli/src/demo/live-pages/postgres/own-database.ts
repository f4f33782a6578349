// The demo's own database on a PostgreSQL of the user's: made, guarded as long as it is used, and
// dropped, whatever became of the connection meanwhile.
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { connectionError, explained, type ConnectionString } from "../connection-string.ts";
import { DatabaseLeftError } from "../flights-database.ts";

/** For a connection to be made, ms. */
export const CONNECT_TIMEOUT = 10_000;
/** For the server to let go of a database that is to be dropped, ms. */
const DROP_TIMEOUT = 5_000;

/** What the name of everything begins with that the demo makes. */
export const PREFIX = "slipstream_demo_";
/** By this and its name a database is known as one of ours. */
const COMMENT = "Made by the demo of Slipstream, and dropped by it. Nobody needs it.";

/** A connection, and whether it has been lost. */
interface Guard {
  readonly client: Client;
  isLost: boolean;
}

export class OwnDatabase {
  /** Makes it, and drops what demos that were killed have left. @throws {DemoDatabaseError} */
  static async create(url: ConnectionString): Promise<OwnDatabase> {
    const name = PREFIX + randomBytes(8).toString("hex");
    const guard = await connected(url);
    const { client } = guard;
    try {
      // As long as it is connected, nobody takes the database for one that was left behind.
      await client.query(`SET application_name = '${name}'`);
      await dropLeftovers(client);
      await client.query(
        `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'`,
      );
      await client.query(`COMMENT ON DATABASE ${name} IS '${COMMENT}'`);
      return new OwnDatabase(url, name, guard);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw explained(error);
    }
  }

  readonly name: string;
  readonly #url: ConnectionString;
  #guard: Guard;
  #dropping: Promise<void> | null = null;

  private constructor(url: ConnectionString, name: string, guard: Guard) {
    this.#url = url;
    this.name = name;
    this.#guard = guard;
  }

  get isBeingDropped(): boolean {
    return this.#dropping !== null;
  }

  /**
   * Drops it, with its connections and slots. Resolves when nothing is left, of ours neither.
   *
   * @throws {DatabaseLeftError} It is still there; the message has its name.
   */
  drop(): Promise<void> {
    this.#dropping ??= this.#drop();
    return this.#dropping;
  }

  async #drop(): Promise<void> {
    try {
      // The server may have been restarted.
      if (this.#guard.isLost) this.#guard = await connected(this.#url);
      await drop(this.#guard.client, this.name);
    } catch (error) {
      const { message } = explained(error);
      throw new DatabaseLeftError(
        `The demo's database could not be dropped. ${message} When you can: DROP DATABASE ${this.name} WITH (FORCE)`,
      );
    } finally {
      await this.#guard.client.end().catch(() => undefined);
    }
  }
}

async function connected(url: ConnectionString): Promise<Guard> {
  let client: Client | null = null;
  try {
    client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT });
    const guard: Guard = { client, isLost: false };
    client.on("error", () => (guard.isLost = true));
    await client.connect();
    return guard;
  } catch (error) {
    throw connectionError(error, url, client);
  }
}

/** Databases of ours that nobody is connected for, or to. */
async function dropLeftovers(client: Client): Promise<void> {
  const { rows } = await client.query<{ datname: string }>(
    `SELECT datname FROM pg_database d
     WHERE datname ~ '^${PREFIX}[0-9a-f]{16}$' AND pg_has_role(datdba, 'USAGE')
       AND shobj_description(d.oid, 'pg_database') = $1
       AND NOT EXISTS (SELECT FROM pg_stat_activity a
         WHERE a.application_name = d.datname OR a.datname = d.datname)`,
    [COMMENT],
  );
  for (const { datname } of rows) await drop(client, datname);
}

/** Its slots go with it, once nobody reads from them. */
async function drop(client: Client, name: string): Promise<void> {
  const until = performance.now() + DROP_TIMEOUT;
  for (;;) {
    try {
      await client.query(
        `SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots
         WHERE database = $1 AND active_pid IS NOT NULL`,
        [name],
      );
      await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      return;
    } catch (error) {
      // 55006: object_in_use
      const isInUse = (error as { readonly code?: unknown }).code === "55006";
      if (!isInUse || performance.now() > until) throw error;
      await sleep(50);
    }
  }
}
