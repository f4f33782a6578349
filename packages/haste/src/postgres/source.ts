// PostgreSQL as a source of changes: logical replication for the stream, snapshots for pages.
import { randomBytes } from "node:crypto";
import { Backoff } from "../source/backoff.ts";
import type { CatalogTable } from "../source/catalog.ts";
import { SetupError } from "../source/setup-error.ts";
import type { Snapshot, Source, Subscriber } from "../source/source.ts";
import { Waiters } from "../source/waiters.ts";
import type { Table } from "../table.ts";
import { Acknowledgements } from "./acknowledgements.ts";
import { StreamConnection, type PostgresConnection } from "./connection.ts";
import { describeTables } from "./describe.ts";
import { withoutSecrets } from "./errors.ts";
import { parseLsn } from "./lsn.ts";
import { openSlot } from "./slot.ts";
import { Snapshots } from "./snapshots.ts";
import { Stream, type History } from "./stream.ts";
import { TransactionReader } from "./transaction-reader.ts";

/** How a PostgreSQL database is followed. */
export interface PostgresSourceOptions {
  /** A connection string, or the settings of `pg`'s Client. The role needs REPLICATION. */
  readonly connection: PostgresConnection;
  /** The publication that has the tables: `haste`. */
  readonly publication?: string;
  /** The replication slot. It is made when it is not there, and stays when we end: `haste`. */
  readonly slot?: string;
  /** A transaction with more changed rows than this is told as a reload of its tables: 10,000. */
  readonly maxChanges?: number;
  /** The same for the bytes of its rows: 16 MiB. The stream pauses when twice that waits. */
  readonly maxBytes?: number;
  /** Pages that are read at once, each on a connection of its own: 8. */
  readonly maxSnapshots?: number;
  /** For one query of a page, ms: 30,000. */
  readonly statementTimeout?: number;
  /**
   * For a lock that a page waits for, ms: 1,000. It is `stale` then and tried again, so that whoever
   * changes a table for long keeps no pages of other tables waiting.
   */
  readonly lockTimeout?: number;
}

/**
 * Follows a PostgreSQL database (15 or later) that {@link setup} has prepared, over two connections
 * and those by which pages are read.
 *
 * What has not been taken stays in the slot, also while nobody follows: `max_slot_wal_keep_size`
 * bounds it. A slot that was lost begins a new epoch.
 */
export function postgresSource(options: PostgresSourceOptions): Source {
  return new PostgresSource(options);
}

/** A stream that has delivered for this long has succeeded, ms. */
const SETTLED_AFTER = 10_000;

class PostgresSource implements Source {
  readonly #connection: PostgresConnection;
  readonly #slot: string;
  readonly #publication: string;
  readonly #limits: { readonly maxChanges: number; readonly maxBytes: number };
  /** By which the server, and we, know our own connections. */
  readonly #name = `slipstream haste ${randomBytes(8).toString("hex")}`;
  readonly #snapshots: Snapshots;
  readonly #tables = new Map<string, CatalogTable>();
  readonly #waiters = new Waiters();
  readonly #backoff = new Backoff();
  #history: History | null = null;
  #stream: Stream | null = null;
  #reader: TransactionReader | null = null;
  #following: Promise<void> | null = null;
  #stop: (() => void) | null = null;
  /** Of the stream. Whatever it has reached since one of them was on the disk. */
  #openings = 0;
  #isClosed = false;

  constructor(options: PostgresSourceOptions) {
    const { maxChanges = 10_000, maxBytes = 2 ** 24 } = options;
    const { maxSnapshots = 8, statementTimeout = 30_000, lockTimeout = 1_000 } = options;
    this.#connection = options.connection;
    this.#slot = checkedSlot(options.slot ?? "haste");
    this.#publication = options.publication ?? "haste";
    this.#limits = { maxChanges, maxBytes };
    this.#snapshots = new Snapshots(
      options.connection,
      { maxSnapshots, statementTimeout, lockTimeout },
      this.#name,
    );
  }

  async describe(
    names: readonly string[],
    columns?: ReadonlyMap<string, ReadonlySet<string>>,
  ): Promise<readonly Table[]> {
    const found = await this.#snapshots.ask((query) =>
      describeTables(
        query,
        names,
        {
          publication: this.#publication,
          slot: this.#slot,
          isFollowed: this.#history !== null,
        },
        columns,
      ),
    );
    for (const one of found) {
      this.#tables.set(one.table.id, one);
      this.#reader?.follow(one);
    }
    return found.map(({ table }) => table);
  }

  async subscribe(subscriber: Subscriber): Promise<void> {
    if (this.#isClosed) throw new Error("The source is closed.");
    if (this.#following !== null) throw new Error("A source has one subscriber.");
    await new Promise<void>((resolve, reject) => {
      this.#following = this.#follow(subscriber, { resolve, reject });
    });
  }

  async snapshot<Result>(
    read: (snapshot: Snapshot) => Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result> {
    const epoch = (): string => {
      if (this.#history === null) throw new Error("There is no epoch before subscribe().");
      return this.#history.epoch;
    };
    return await this.#snapshots.run(epoch, () => this.#openings, read, signal);
  }

  async reached(position: bigint, signal?: AbortSignal): Promise<void> {
    if (this.#isClosed) throw new Error("The source is closed.");
    const reached = this.#waiters.wait(position, signal);
    this.#stream?.nudge();
    await reached;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const reason = new Error("The source is closed.");
    this.#backoff.cancel();
    this.#stop?.();
    await this.#following;
    this.#waiters.rejectAll(reason);
    await this.#snapshots.close(reason);
  }

  /** Opens the stream again and again, until the source is closed. */
  async #follow(
    subscriber: Subscriber,
    first: { resolve: () => void; reject: (error: Error) => void },
  ): Promise<void> {
    let isInterrupted = false;
    let known: unknown = null;
    const interrupted = (error: unknown): void => {
      if (this.#isClosed || error === known) return;
      known = error;
      isInterrupted = true;
      subscriber.interrupted(error as Error);
    };
    while (!this.#isClosed) {
      let deliversSince = Infinity;
      try {
        await this.#followOnce(subscriber, {
          opened: first.resolve,
          delivers() {
            deliversSince = performance.now();
            if (isInterrupted) subscriber.resumed();
            isInterrupted = false;
          },
          interrupted,
        });
      } catch (error) {
        if (this.#isClosed) break;
        // What somebody must mend first is told to whoever subscribes, if nobody has yet.
        if (error instanceof SetupError && this.#history === null) {
          first.reject(error);
          this.#following = null;
          return;
        }
        // One that opens and fails at once, as by a subscriber's error, is no success.
        if (performance.now() - deliversSince > SETTLED_AFTER) this.#backoff.reset();
        interrupted(error);
        await this.#backoff.wait();
      }
    }
    first.reject(new Error("The source is closed."));
  }

  async #followOnce(
    subscriber: Subscriber,
    told: {
      readonly opened: () => void;
      readonly delivers: () => void;
      /** What had begun has ended. What was handed over may be at work still. */
      readonly interrupted: (error: unknown) => void;
    },
  ): Promise<void> {
    const over = new AbortController();
    const connection = await StreamConnection.open(this.#connection, this.#name);
    let stream: Stream | null = null;
    try {
      const closed = new Promise<null>((resolve) => {
        this.#stop = () => resolve(null);
      });
      if (this.#isClosed) return;
      const taken = this.#history?.acknowledgements.taken ?? null;
      // A slot is made when others' transactions have ended, for which nobody waits who closes.
      const prepared = await Promise.race([closed, this.#prepare(connection, taken)]);
      if (prepared === null) return;
      const [system, slot, { xmax, end }] = prepared;
      const epoch = `${system}.${slot.stamp}`;
      if (epoch !== this.#history?.epoch) {
        const isFirst = this.#history === null;
        const acknowledgements = new Acknowledgements(slot.from);
        this.#history = { epoch, acknowledgements, previous: slot.from };
        this.#waiters.restart(slot.from, new Error("A new epoch of the stream has begun."));
        if (!isFirst) subscriber.epochChanged(epoch);
      }
      this.#reader = new TransactionReader(this.#limits, this.#tables.values(), xmax);
      stream = new Stream(connection, {
        slot: this.#slot,
        publication: this.#publication,
        subscriber,
        history: this.#history,
        reader: this.#reader,
        waiters: this.#waiters,
        limits: this.#limits,
      });
      // Before anything comes by it. What ends before what has been seen of it was cut by a crash.
      this.#openings += 1;
      this.#waiters.rejectBeyond(end, new Error("The server crashed, and lost what was there."));
      await stream.start();
      this.#stream = stream;
      told.opened();
      // It may never, which is told otherwise.
      stream.delivers(end, over.signal).then(told.delivers, () => {});
      const ended = connection.ended.then((error) => {
        throw error;
      });
      await Promise.race([closed, stream.failed, ended]);
    } catch (error) {
      if (stream !== null) told.interrupted(error);
      // The subscriber's own error is told as it is.
      if (error instanceof SetupError || stream !== null) throw error;
      throw withoutSecrets(error);
    } finally {
      over.abort();
      this.#stream = null;
      this.#stop = null;
      // A subscriber that is slow keeps no connection that is over: a server that shuts down waits
      // for those that replicate.
      if (connection.hasEnded) await connection.close();
      await stream?.stop();
      await connection.close();
    }
  }

  async #prepare(connection: StreamConnection, taken: bigint | null) {
    const slot = await openSlot(connection.query, this.#slot, this.#name, taken);
    const system = await connection.identify();
    const [row] = await connection.query(
      "SELECT pg_snapshot_xmax(pg_current_snapshot()), pg_current_wal_insert_lsn()",
      [],
    );
    const [xmax, end] = [BigInt(row?.[0] ?? "0"), parseLsn(row?.[1] ?? "0/0")];
    return [system, slot, { xmax, end }] as const;
  }
}

/** Source: PostgreSQL, "Replication Slots": lower case, digits and underscores, 63 at most. */
function checkedSlot(name: string): string {
  if (/^[a-z0-9_]{1,63}$/.test(name)) return name;
  throw new TypeError("A slot's name has 1 to 63 lower-case letters, digits and underscores.");
}
