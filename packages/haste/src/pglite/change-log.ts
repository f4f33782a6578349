// The change log as transactions: which entries are one, and what they come to.
import type { PGliteInterface, Transaction as PGliteTransaction } from "@electric-sql/pglite";
import type { Row } from "../row.ts";
import type { CatalogTable } from "../source/catalog.ts";
import type { Change, Transaction } from "../source/source.ts";
import type { Table } from "../table.ts";
import { netChanges, type Step } from "./net-changes.ts";
import { rawQueries } from "./raw.ts";

/** How much is read at once, and how large a transaction may be before it is a reload. */
export interface LogLimits {
  readonly maxChanges: number;
  readonly maxBytes: number;
}

/** What one look at the log gave. */
export interface LogBatch {
  readonly epoch: string;
  /** Whatever is committed up to here has been read, now or before; null when there is more. */
  readonly complete: bigint | null;
  readonly transactions: readonly LoggedTransaction[];
}

export type LoggedTransaction = Omit<Transaction, "epoch" | "previous">;

interface Entry {
  readonly id: bigint;
  readonly xid: string;
  readonly at: number;
  readonly relation: number;
  readonly shape: string | null;
  readonly kind: string;
  readonly key: string;
  readonly before: string | null;
  readonly after: string | null;
}

const CAUSES = { t: "truncate", s: "schema", m: "tooManyChanges" } as const;

const READ = `
  SELECT id, xid, extract(epoch FROM at) * 1000, relation, shape, kind, key, before, after
  FROM (
    SELECT l.*, sum(coalesce(octet_length(before), 0) + coalesce(octet_length(after), 0))
      OVER (ORDER BY id) AS bytes, row_number() OVER (ORDER BY id) AS place
    FROM (SELECT * FROM haste.log WHERE id > $1::int8 ORDER BY id LIMIT $2::int8) l
  ) l
  WHERE bytes <= $3::int8 OR place = 1 ORDER BY id`;

export class ChangeLog {
  readonly #query: ReturnType<typeof rawQueries>;
  readonly #limits: LogLimits;
  #trimmed = 0n;
  readonly #tables = new Map<number, Table>();
  /** Those whose schema has changed, until they are described again. */
  readonly #changed = new Set<number>();
  readonly #shapes = new Map<string, readonly string[]>();

  constructor(db: PGliteInterface, limits: LogLimits) {
    this.#query = rawQueries(db);
    this.#limits = limits;
  }

  /** From now on, changes of this table are told, as its rows are described here. */
  follow({ oid, table }: CatalogTable): void {
    for (const [known, { id }] of this.#tables) if (id === table.id) this.#tables.delete(known);
    this.#tables.set(oid, table);
    this.#changed.delete(oid);
  }

  /** The history's name, the last entry that was given a number, the last that was acknowledged. */
  async state(
    on: PGliteInterface | PGliteTransaction,
  ): Promise<{ epoch: string; last: bigint; acknowledged: bigint }> {
    const [row] = await this.#query(
      on,
      `SELECT s.epoch, CASE WHEN q.is_called THEN q.last_value ELSE 0 END, s.acknowledged
       FROM haste.state s, haste.log_id_seq q`,
    );
    const [epoch, last, acknowledged] = row ?? [];
    return {
      epoch: epoch ?? "",
      last: BigInt(last ?? "0"),
      acknowledged: BigInt(acknowledged ?? "0"),
    };
  }

  /** In one transaction: forgets what is acknowledged, and reads what comes after `cursor`. */
  async read(on: PGliteTransaction, acknowledged: bigint, cursor: bigint): Promise<LogBatch> {
    await this.#trim(on, acknowledged);
    const { epoch, last } = await this.state(on);
    const limit = this.#limits.maxChanges + 1;
    const rows = await this.#query(on, READ, [
      String(cursor),
      String(limit),
      String(this.#limits.maxBytes),
    ]);
    const entries = rows.map(toEntry);
    const end = entries.at(-1)?.id ?? cursor;
    const [more] = await this.#query(
      on,
      "SELECT xid FROM haste.log WHERE id > $1::int8 ORDER BY id LIMIT 1",
      [String(end)],
    );
    const groups = groupBy(entries, ({ xid }) => xid);
    // The last transaction is only partly here: it waits, unless nothing else is here. Then it is
    // larger than what may be held, and told as its tables alone.
    const cut = more?.[0] ?? null;
    const whole = [...groups].filter(([xid]) => xid !== cut);
    const transactions: LoggedTransaction[] = [];
    for (const [, group] of whole) {
      const fits = group.length <= this.#limits.maxChanges;
      transactions.push(await (fits ? this.#transaction(on, group) : this.#oversize(on, group)));
    }
    const only = cut === null ? undefined : groups.get(cut);
    if (only !== undefined && whole.length === 0) transactions.push(await this.#oversize(on, only));
    return { epoch, complete: cut === null ? last : null, transactions };
  }

  async #trim(on: PGliteTransaction, acknowledged: bigint): Promise<void> {
    if (acknowledged <= this.#trimmed) return;
    this.#trimmed = acknowledged;
    await this.#query(on, "DELETE FROM haste.log WHERE id <= $1::int8", [String(acknowledged)]);
    await this.#query(
      on,
      "UPDATE haste.state SET acknowledged = $1::int8 WHERE acknowledged < $1::int8",
      [String(acknowledged)],
    );
  }

  async #oversize(on: PGliteTransaction, entries: readonly Entry[]): Promise<LoggedTransaction> {
    const first = entries[0];
    const rows = await this.#query(
      on,
      `SELECT relation, max(id), max(CASE kind WHEN 's' THEN 's' WHEN 't' THEN 't' ELSE 'm' END)
       FROM haste.log WHERE xid = $1::xid8 GROUP BY relation`,
      [first?.xid ?? "0"],
    );
    const changes = rows.flatMap(([relation, , kind]): Change[] => {
      const table = this.#tables.get(Number(relation));
      if (table === undefined) return [];
      const cause = kind === "s" ? "schema" : kind === "t" ? "truncate" : "tooManyChanges";
      return [{ kind: "reload", table: table.id, cause }];
    });
    const position = rows.map(([, id]) => BigInt(id ?? "0")).reduce((a, b) => (a > b ? a : b), 0n);
    return { position, xid: BigInt(first?.xid ?? "0"), committedAt: first?.at ?? 0, changes };
  }

  async #transaction(on: PGliteTransaction, entries: readonly Entry[]): Promise<LoggedTransaction> {
    const reloads = new Map<string, Change>();
    const steps: Step[] = [];
    const shapeOf = new Map<string, readonly number[]>();
    for (const entry of entries) {
      const table = this.#tables.get(entry.relation);
      if (table === undefined) continue;
      let cause: (typeof CAUSES)[keyof typeof CAUSES] | undefined;
      if (entry.kind === "s") this.#changed.add(entry.relation);
      if (this.#changed.has(entry.relation)) cause = "schema";
      else if (entry.kind in CAUSES) cause = CAUSES[entry.kind as keyof typeof CAUSES];
      else {
        const places = await this.#places(on, table, entry.shape ?? "");
        if (places === null) cause = "schema";
        else shapeOf.set(table.id, places);
      }
      if (cause === undefined) steps.push({ ...entry, table: table.id });
      else if (reloads.get(table.id) === undefined || cause === "schema") {
        reloads.set(table.id, { kind: "reload", table: table.id, cause });
      }
    }
    const kept = steps.filter(({ table }) => !reloads.has(table));
    const toRow = (table: string, state: string): Row => {
      const values = JSON.parse(state) as Row;
      return (shapeOf.get(table) ?? []).map((place) => values[place] ?? null);
    };
    const last = entries.at(-1);
    return {
      position: last?.id ?? 0n,
      xid: BigInt(last?.xid ?? "0"),
      committedAt: last?.at ?? 0,
      changes: [...reloads.values(), ...netChanges(kept, toRow)],
    };
  }

  /** Where a logged row has the columns of the table; null when it lacks one. */
  async #places(
    on: PGliteTransaction,
    table: Table,
    shape: string,
  ): Promise<readonly number[] | null> {
    let names = this.#shapes.get(shape);
    if (names === undefined) {
      const [row] = await this.#query(on, "SELECT columns FROM haste.shapes WHERE id = $1::int4", [
        shape,
      ]);
      names = JSON.parse(row?.[0] ?? "[]") as readonly string[];
      this.#shapes.set(shape, names);
    }
    const known = names;
    const places = table.columns.map(({ name }) => known.indexOf(name));
    return places.includes(-1) ? null : places;
  }
}

function toEntry(row: Row): Entry {
  const [id, xid, at, relation, shape = null, kind, key, before = null, after = null] = row;
  return {
    id: BigInt(id ?? "0"),
    xid: xid ?? "0",
    at: Number(at),
    relation: Number(relation),
    shape,
    kind: kind ?? "",
    key: key ?? "",
    before,
    after,
  };
}

function groupBy<Item>(items: readonly Item[], by: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const name = by(item);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  }
  return groups;
}
