// Pages are read here: a bounded number of connections, each read in one snapshot.
import { Pool, type ClientConfig, type PoolClient } from "pg";
import type { RunQuery } from "../source/catalog.ts";
import { Gate } from "../source/gate.ts";
import { settingsSql } from "../source/settings.ts";
import type { Snapshot } from "../source/source.ts";
import { clientConfig, CLOSE_TIMEOUT, textQueries, type PostgresConnection } from "./connection.ts";
import { withoutSecrets } from "./errors.ts";
import { parseLsn } from "./lsn.ts";
import { parseSnapshot, sees } from "./xid.ts";

export interface SnapshotLimits {
  /** How many run at once. */
  readonly maxSnapshots: number;
  /** For one statement, ms. */
  readonly statementTimeout: number;
  /** For a lock that one waits for, ms. */
  readonly lockTimeout: number;
}

/** How much longer than its statement may take the server may be silent, as behind a dead network, ms. */
const SILENCE = 5_000;

export class Snapshots {
  readonly #pool: Pool;
  readonly #gate: Gate;
  readonly #begin: string;
  readonly #clients = new Set<PoolClient>();
  #areGone: () => void = () => {};

  constructor(
    connection: PostgresConnection,
    { maxSnapshots, statementTimeout, lockTimeout }: SnapshotLimits,
    name: string,
  ) {
    const config: ClientConfig = clientConfig(connection);
    this.#pool = new Pool({
      query_timeout: statementTimeout + SILENCE,
      ...config,
      max: maxSnapshots,
      application_name: name,
    });
    // An idle connection that ends is replaced when it is needed.
    this.#pool.on("error", () => {});
    // One that is in use fails the next query, and is not used again. It is listened to from the
    // start: the server may say goodbye in the same packet in which it says hello.
    this.#pool.on("connect", (client) => {
      client.on("error", () => {});
      this.#clients.add(client);
    });
    this.#pool.on("remove", (client) => {
      this.#clients.delete(client);
      if (this.#clients.size === 0) this.#areGone();
    });
    this.#gate = new Gate(maxSnapshots);
    this.#begin = [
      "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;",
      settingsSql("LOCAL"),
      `SET LOCAL statement_timeout = ${statementTimeout};`,
      `SET LOCAL lock_timeout = ${lockTimeout};`,
      `SET LOCAL idle_in_transaction_session_timeout = ${statementTimeout};`,
      // The snapshot is taken when this begins, and the position read while it runs.
      "SELECT pg_current_snapshot()::text AS seen, pg_current_wal_insert_lsn()::text AS at",
    ].join(" ");
  }

  /**
   * @param epoch of the stream, asked when the snapshot is taken.
   * @param openings how often the stream has been opened, asked before that and whenever it matters.
   */
  async run<Result>(
    epoch: () => string,
    openings: () => number,
    read: (snapshot: Snapshot) => Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result> {
    return await this.#withClient(async (client) => {
      const query = textQueries(client);
      const before = openings();
      try {
        const begun = lastRow(await client.query(this.#begin));
        const seen = parseSnapshot(String(begun["seen"]));
        const snapshot = {
          epoch: epoch(),
          position: parseLsn(String(begun["at"])),
          sees: ({ xid }: { readonly xid: bigint }) => sees(seen, xid),
          isOfThisStream: () => openings() === before,
          query,
        };
        const result = await read(snapshot);
        // TRUNCATE and what rewrites a table show through in older snapshots: only a position read
        // after all queries is behind every such transaction whose work they may have seen.
        snapshot.position = parseLsn(await positionAtEnd(client));
        return result;
      } catch (error) {
        // Where this fails, the connection has ended, and is not used again.
        if (!isSilence(error)) await client.query("ROLLBACK").catch(() => {});
        throw error;
      }
    }, signal);
  }

  /** Questions outside of any snapshot. */
  async ask<Result>(task: (query: RunQuery) => Promise<Result>): Promise<Result> {
    return await this.#withClient((client) => task(textQueries(client)));
  }

  async close(reason: Error): Promise<void> {
    this.#gate.close(reason);
    const gone = new Promise<void>((resolve) => (this.#areGone = resolve));
    const timer = setTimeout(() => {
      for (const { connection } of this.#clients) connection.stream.destroy();
    }, CLOSE_TIMEOUT);
    await this.#pool.end();
    if (this.#clients.size > 0) await gone;
    clearTimeout(timer);
  }

  async #connected(): Promise<PoolClient> {
    try {
      return await this.#pool.connect();
    } catch (error) {
      throw withoutSecrets(error);
    }
  }

  async #withClient<Result>(
    task: (client: PoolClient) => Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result> {
    return await this.#gate.run(async () => {
      const client = await this.#connected();
      let isSilent = false;
      try {
        return await task(client);
      } catch (error) {
        isSilent = isSilence(error);
        throw error;
      } finally {
        // One that owes an answer is not asked again.
        client.release(isSilent);
      }
    }, signal);
  }
}

/** Whether the server has not answered: what `query_timeout` of `pg` makes of it. */
function isSilence(error: unknown): boolean {
  return error instanceof Error && error.message === "Query read timeout";
}

/** Ends the transaction, and gives the position before that, in one round trip. */
async function positionAtEnd(client: PoolClient): Promise<string> {
  const ended = await client.query("SELECT pg_current_wal_insert_lsn()::text AS at; COMMIT");
  return String(lastRow(ended)["at"]);
}

/** The row of the one statement among several, sent together, that has any. */
function lastRow(results: unknown): Readonly<Record<string, unknown>> {
  const all = results as readonly { readonly rows: readonly Record<string, unknown>[] }[];
  const row = all.findLast(({ rows }) => rows.length > 0)?.rows[0];
  if (row === undefined) throw new Error("PostgreSQL has answered a SELECT of one row with none.");
  return row;
}
