// The two connections of a stream: one that replicates, and one for questions beside it.
import { Client, type ClientConfig, type Connection } from "pg";
import { Gate } from "../source/gate.ts";
import { settingsSql } from "../source/settings.ts";
import type { RunQuery } from "../source/catalog.ts";
import type { Row } from "../row.ts";
import { StreamError, streamEnded, withoutSecrets } from "./errors.ts";
import { formatLsn } from "./lsn.ts";

/** Where the database is: a connection string, or what `pg`'s Client takes. */
export type PostgresConnection = string | ClientConfig;

/** How long a connection may take to be opened, ms. */
const OPEN_TIMEOUT = 10_000;

export function clientConfig(connection: PostgresConnection): ClientConfig {
  const config = typeof connection === "string" ? { connectionString: connection } : connection;
  return {
    connectionTimeoutMillis: OPEN_TIMEOUT,
    // By default a dead network is found out after hours; so within 20 s.
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    ...config,
  };
}

/** Values are texts, whatever their types. */
const AS_TEXT = {
  getTypeParser: () => (text: string) => text,
} as unknown as NonNullable<ClientConfig["types"]>;

/** Asks a client; parameters and results are texts. */
export function textQueries(client: Pick<Client, "query">): RunQuery {
  return async (text, values) => {
    const query = { text, values: [...values], rowMode: "array" as const, types: AS_TEXT };
    return (await client.query<(string | null)[]>(query)).rows satisfies readonly Row[];
  };
}

/** The server ends a connection that has not answered for this long; we ask thrice as often, ms. */
const SERVER_PATIENCE = 30_000;

/** How long a goodbye may take before the socket is destroyed, ms. */
export const CLOSE_TIMEOUT = 2_000;

export class StreamConnection {
  /**
   * Asks beside the stream, one question after the other: a client is not asked two at once. Rejects
   * also when the connection ends.
   */
  readonly query: RunQuery;
  /** Why it ended, once it has. */
  readonly ended: Promise<Error>;
  readonly #replication: Client;
  readonly #control: Client;
  #end!: (error: Error) => void;
  #hasEnded = false;
  #isClosed = false;
  #heard = true;
  /** Who waits for something that comes by it. */
  readonly #waiting = new Set<(error: Error) => void>();
  #timer: NodeJS.Timeout | null = null;
  #hurry: NodeJS.Timeout | null = null;

  private constructor(replication: Client, control: Client) {
    this.#replication = replication;
    this.#control = control;
    const query = textQueries(control);
    const turns = new Gate(1);
    this.ended = new Promise((resolve) => {
      this.#end = (error) => {
        this.#hasEnded = true;
        resolve(error);
        for (const refuse of this.#waiting) refuse(error);
      };
    });
    this.query = (text, values) => turns.run(() => this.whileOpen(query(text, values)));
    for (const client of [replication, control]) {
      client.on("error", (error) => this.#end(withoutSecrets(error)));
      client.on("end", () => this.#end(new StreamError("connection", "PostgreSQL hung up.")));
    }
  }

  /** @param name by which the server knows these connections (`pg_stat_activity`). */
  static async open(connection: PostgresConnection, name: string): Promise<StreamConnection> {
    const clients: Client[] = [];
    const timer = setTimeout(() => {
      for (const client of clients) client.connection.stream.destroy();
    }, 2 * OPEN_TIMEOUT);
    try {
      const config = clientConfig(connection);
      const replication = new Client({ ...config, replication: "database" } as ClientConfig);
      const control = new Client(config);
      clients.push(replication, control);
      const both = new StreamConnection(replication, control);
      await Promise.all(clients.map((client) => client.connect()));
      const named = `SET application_name = '${name}';`;
      await replication.query(
        `${named} ${settingsSql("SESSION")} SET wal_sender_timeout = ${SERVER_PATIENCE}`,
      );
      // A marker need not be known to a standby.
      await control.query(`${named} SET synchronous_commit = local; SET statement_timeout = 0`);
      return both;
    } catch (error) {
      await Promise.all(clients.map(endClient));
      throw withoutSecrets(error);
    } finally {
      clearTimeout(timer);
    }
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Which cluster this is, and which of its histories. */
  async identify(): Promise<string> {
    const { rows } = await this.#replication.query<Record<string, unknown>>("IDENTIFY_SYSTEM");
    return `${String(rows[0]?.["systemid"])}.${String(rows[0]?.["timeline"])}`;
  }

  /**
   * Begins to replicate.
   *
   * @param take is given each message of the server, whole.
   * @param idle is called three times in the server's patience, for a sign of life.
   */
  async start(
    { slot, publication, from }: { slot: string; publication: string; from: bigint },
    take: (message: Buffer) => void,
    idle: () => void,
  ): Promise<void> {
    const { connection } = this.#replication;
    let hasBegun = false;
    const begun = new Promise<void>((resolve) =>
      connection.once("replicationStart", () => {
        hasBegun = true;
        resolve();
      }),
    );
    connection.on("copyData", ({ chunk }: { chunk: Buffer }) => {
      this.#heard = true;
      take(chunk);
    });
    const options = `proto_version '1', publication_names '${quotedName(publication)}', messages 'true'`;
    const sql = `START_REPLICATION SLOT "${slot}" LOGICAL ${formatLsn(from)} (${options})`;
    const over = this.#replication.query(sql).then(
      () => new StreamError("connection", "PostgreSQL ended the stream."),
      (error: unknown) =>
        hasBegun ? streamEnded(error, { slot, publication }) : withoutSecrets(error),
    );
    void over.then((error) => this.#end(error));
    await Promise.race([
      begun,
      over.then((error) => {
        throw error;
      }),
    ]);
    this.#timer = setInterval(() => {
      if (!this.#heard && !this.#stream.isPaused()) {
        this.#end(new StreamError("connection", "PostgreSQL has not answered for long."));
      }
      this.#heard = false;
      idle();
    }, SERVER_PATIENCE / 3);
  }

  send(bytes: Buffer): void {
    if (this.#hasEnded) return;
    const connection = this.#replication.connection as Connection & {
      sendCopyFromChunk(bytes: Buffer): void;
    };
    connection.sendCopyFromChunk(bytes);
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#heard = true;
    this.#stream.resume();
  }

  /** Gives what `work` does, or rejects when the connection ends. Leaves nothing behind. */
  async whileOpen<Result>(work: Promise<Result>): Promise<Result> {
    let refuse!: (error: Error) => void;
    const over = new Promise<never>((_resolve, reject) => (refuse = reject));
    this.#waiting.add(refuse);
    try {
      return await Promise.race([work, over]);
    } finally {
      this.#waiting.delete(refuse);
    }
  }

  /** Ends soon, whether or not what was asked is answered. {@link close} is to follow. */
  hurry(): void {
    this.#hurry ??= setTimeout(
      () => this.#end(new StreamError("connection", "PostgreSQL has not answered in time.")),
      CLOSE_TIMEOUT,
    );
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#timer !== null) clearInterval(this.#timer);
    if (this.#hurry !== null) clearTimeout(this.#hurry);
    this.resume();
    this.#end(new StreamError("connection", "The stream was closed."));
    await Promise.all([endClient(this.#replication), endClient(this.#control)]);
  }

  get #stream(): Connection["stream"] {
    return this.#replication.connection.stream;
  }
}

/** Says goodbye, and does not wait for ever for an answer. */
async function endClient(client: Client): Promise<void> {
  const timer = setTimeout(() => client.connection.stream.destroy(), CLOSE_TIMEOUT);
  await client.end().catch(() => {});
  clearTimeout(timer);
}

/** A name within a list of names within a literal. */
function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`.replaceAll("'", "''");
}
