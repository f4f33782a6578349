// PGlite as a source of changes: the program's own connection, read between its transactions.
import type { PGliteInterface } from "@electric-sql/pglite";
import { Backoff } from "../source/backoff.ts";
import { readCatalog } from "../source/catalog.ts";
import { Gate } from "../source/gate.ts";
import { settingsSql } from "../source/settings.ts";
import { SetupError, type Shortcoming } from "../source/setup-error.ts";
import type { Snapshot, Source, Subscriber } from "../source/source.ts";
import { Waiters } from "../source/waiters.ts";
import { tableSql } from "../sql/names.ts";
import type { Table } from "../table.ts";
import { ChangeLog } from "./change-log.ts";
import { rawQueries } from "./raw.ts";
import { setupSql, trackSql, WAKE_UP } from "./setup.ts";

/** How a PGlite database is followed. */
export interface PgliteSourceOptions {
  /** A transaction with more changed rows than this is told as a reload of its tables: 10,000. */
  readonly maxChanges?: number;
  /** The same for the bytes of its rows, and how much is read at once: 16 MiB. */
  readonly maxBytes?: number;
}

/** A log has one reader, since what it has taken is deleted. */
const followed = new WeakSet<PGliteInterface>();

/** Deleted entries leave space behind, which PGlite frees only when it is told to. */
const VACUUM_EVERY = 10_000n;

/**
 * Follows a PGlite database that {@link setup} has prepared. The connection is the program's own, so
 * the program's transactions must be those of `db.transaction()`: a `BEGIN` by hand would take
 * whatever else the connection is asked for into its transaction.
 *
 * The database stays open when the source is closed.
 */
export function pgliteSource(db: PGliteInterface, options: PgliteSourceOptions = {}): Source {
  return new PgliteSource(db, options);
}

class PgliteSource implements Source {
  readonly #db: PGliteInterface;
  readonly #query: ReturnType<typeof rawQueries>;
  readonly #log: ChangeLog;
  readonly #waiters = new Waiters();
  readonly #gate = new Gate(1);
  readonly #backoff = new Backoff();
  #subscriber: Subscriber | null = null;
  #unlisten: (() => Promise<void>) | null = null;
  #epoch = "";
  /** Taken by the subscriber, or of no interest to it. */
  #acknowledged = 0n;
  /** The last transaction that was handed on. */
  #previous = 0n;
  #vacuumed = 0n;
  #draining: Promise<void> | null = null;
  #woken = false;
  #interrupted = false;
  #closed = false;

  constructor(
    db: PGliteInterface,
    { maxChanges = 10_000, maxBytes = 2 ** 24 }: PgliteSourceOptions,
  ) {
    this.#db = db;
    this.#query = rawQueries(db);
    this.#log = new ChangeLog(db, { maxChanges, maxBytes });
  }

  async describe(
    names: readonly string[],
    columns?: ReadonlyMap<string, ReadonlySet<string>>,
  ): Promise<readonly Table[]> {
    const run = (sql: string, parameters: readonly (string | null)[]) =>
      this.#query(this.#db, sql, parameters);
    const { found, problems } = await readCatalog(run, names, columns);
    const shortcomings: Shortcoming[] = [...problems];
    const [state] = await run("SELECT to_regclass('haste.state'), to_regclass('haste.log')", []);
    if (state?.includes(null) !== false) {
      const problem = "There is no change log.";
      shortcomings.push({ problem, sql: setupSql(found.map(({ table }) => tableSql(table))) });
    } else {
      for (const { table, oid } of found) {
        const [row] = await run(TRIGGERS, [String(oid)]);
        if (row?.[0] === "4") continue;
        const sql = trackSql(tableSql(table));
        shortcomings.push({ problem: `${table.id} has not all of its triggers.`, sql });
      }
    }
    const call = `await setup(db, ${JSON.stringify(names)}) of @slipstream/haste/pglite`;
    if (shortcomings.length > 0) throw new SetupError(shortcomings, call);
    for (const one of found) this.#log.follow(one);
    return found.map(({ table }) => table);
  }

  async subscribe(subscriber: Subscriber): Promise<void> {
    if (followed.has(this.#db)) throw new Error("This database has a subscriber already.");
    followed.add(this.#db);
    this.#subscriber = subscriber;
    const { epoch, acknowledged } = await this.#log.state(this.#db);
    this.#epoch = epoch;
    this.#acknowledged = acknowledged;
    this.#previous = acknowledged;
    this.#unlisten = await this.#db.listen(WAKE_UP, () => this.#wake());
    this.#wake();
  }

  snapshot<Result>(
    read: (snapshot: Snapshot) => Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result> {
    return this.#gate.run(
      () =>
        this.#db.transaction(async (transaction) => {
          await transaction.exec(
            `SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY; ${settingsSql("LOCAL")}`,
          );
          const { epoch, last } = await this.#log.state(transaction);
          return await read({
            epoch,
            position: last,
            sees: ({ position }) => position <= last,
            query: (sql, parameters) => this.#query(transaction, sql, parameters),
          });
        }),
      signal,
    );
  }

  async reached(position: bigint, signal?: AbortSignal): Promise<void> {
    if (this.#closed) throw new Error("The source is closed.");
    const reached = this.#waiters.wait(position, signal);
    if (this.#waiters.wantMoreThan(this.#waiters.reached)) this.#wake();
    await reached;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const reason = new Error("The source is closed.");
    this.#gate.close(reason);
    this.#backoff.cancel();
    await this.#draining;
    this.#waiters.rejectAll(reason);
    if (!this.#db.closed) await this.#unlisten?.();
    if (this.#subscriber !== null) followed.delete(this.#db);
  }

  #wake(): void {
    this.#woken = true;
    if (this.#draining !== null || this.#subscriber === null) return;
    this.#draining = this.#drain(this.#subscriber).finally(() => {
      this.#draining = null;
      if (this.#woken && !this.#closed) this.#wake();
    });
  }

  async #drain(subscriber: Subscriber): Promise<void> {
    while (this.#woken && !this.#closed && !this.#db.closed) {
      this.#woken = false;
      try {
        await this.#readOnce(subscriber);
        this.#backoff.reset();
        if (this.#interrupted) {
          this.#interrupted = false;
          subscriber.resumed();
        }
      } catch (error) {
        if (this.#closed) return;
        if (this.#db.closed) this.#waiters.rejectAll(new Error("The database was closed."));
        this.#woken = true;
        this.#interrupted = true;
        subscriber.interrupted(error instanceof Error ? error : new Error(String(error)));
        await this.#backoff.wait();
      }
    }
  }

  async #readOnce(subscriber: Subscriber): Promise<void> {
    const acknowledged = this.#acknowledged;
    const batch = await this.#db.transaction((transaction) =>
      this.#log.read(transaction, acknowledged, acknowledged),
    );
    if (batch.epoch !== this.#epoch) {
      this.#epoch = batch.epoch;
      this.#waiters.restart(-1n, new Error("The change log began anew."));
      subscriber.epochChanged(batch.epoch);
    }
    for (const { position, ...rest } of batch.transactions) {
      if (this.#closed) return;
      const previous = this.#previous;
      if (rest.changes.length > 0) {
        const taken = subscriber.transaction({ ...rest, epoch: batch.epoch, position, previous });
        this.#waiters.advance(position);
        await taken;
        this.#previous = position;
      }
      this.#acknowledged = position;
    }
    if (batch.complete === null) this.#woken = true;
    else this.#waiters.advance(batch.complete);
    // Once more, so that what was taken is forgotten.
    if (this.#acknowledged > acknowledged) this.#woken = true;
    else await this.#vacuum();
  }

  async #vacuum(): Promise<void> {
    if (this.#acknowledged - this.#vacuumed < VACUUM_EVERY) return;
    this.#vacuumed = this.#acknowledged;
    await this.#db.exec("VACUUM haste.log");
  }
}

const TRIGGERS = `
  SELECT count(*) FROM pg_trigger WHERE tgrelid = $1::oid AND tgenabled <> 'D'
    AND tgname IN ('haste_insert', 'haste_update', 'haste_delete', 'haste_truncate')`;
