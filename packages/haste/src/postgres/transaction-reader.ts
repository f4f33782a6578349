// Makes transactions of what the server's plugin pgoutput sends: each whole, after its commit, the
// messages in the order in which the changes were made. One with too much in it is not held.
// Source: PostgreSQL 15, "Logical Replication Message Formats".
import type { Row } from "../row.ts";
import type { CatalogTable } from "../source/catalog.ts";
import type { Change, Transaction } from "../source/source.ts";
import type { Table } from "../table.ts";
import { ByteReader } from "./byte-reader.ts";
import { changedTables, PREFIX } from "./messages.ts";
import { fullXid } from "./xid.ts";

export interface ReaderLimits {
  /** Of one transaction. */
  readonly maxChanges: number;
  /** Of the values of one transaction. */
  readonly maxBytes: number;
}

/** A transaction, and what it weighs. */
export interface ReadTransaction {
  readonly transaction: Omit<Transaction, "epoch" | "previous">;
  readonly bytes: number;
}

type Cause = Extract<Change, { kind: "reload" }>["cause"];

/** What the server said of a table: where its columns belong in rows. */
interface Relation {
  readonly names: readonly string[];
  readonly isFull: boolean;
  /** For each column its place in a row, -1 for what is not tracked; null when the shape is another. */
  places: readonly number[] | null;
  table: Table | null;
}

interface Open {
  readonly xid: number;
  readonly committedAt: number;
  changes: Change[];
  readonly reloads: Map<string, Cause>;
  bytes: number;
  count: number;
  overflows: boolean;
}

export class TransactionReader {
  readonly #limits: ReaderLimits;
  readonly #tables = new Map<number, Table>();
  readonly #relations = new Map<number, Relation>();
  /** Those whose schema has changed, until they are described again. */
  readonly #changed = new Set<number>();
  #open: Open | null = null;
  #lastXid: bigint;

  /** @param lastXid any transaction's number of about now, all 64 bits. */
  constructor(limits: ReaderLimits, tables: Iterable<CatalogTable>, lastXid: bigint) {
    this.#limits = limits;
    this.#lastXid = lastXid;
    for (const table of tables) this.follow(table);
  }

  /** From now on, changes of this table are told, as its rows are described here. */
  follow({ oid, table }: CatalogTable): void {
    for (const [known, { id }] of this.#tables) if (id === table.id) this.#tables.delete(known);
    this.#tables.set(oid, table);
    this.#changed.delete(oid);
    for (const [known, relation] of this.#relations) this.#place(known, relation);
  }

  /** Takes one message; gives the transaction that it ends, if it ends one. */
  take(bytes: Buffer, at: number): ReadTransaction | null {
    const reader = new ByteReader(bytes, at);
    const kind = reader.int8();
    switch (kind) {
      case 0x42: // Begin
        this.#begin(reader);
        return null;
      case 0x43: // Commit
        return this.#commit(reader);
      case 0x49: // Insert
      case 0x55: // Update
      case 0x44: // Delete
        this.#change(kind, reader);
        return null;
      case 0x54: // Truncate
        this.#truncate(reader);
        return null;
      case 0x52: // Relation
        this.#relation(reader);
        return null;
      case 0x4d: // Message
        this.#message(reader);
        return null;
      // Types are known by the catalog, and it matters not from where a transaction came.
      case 0x59:
      case 0x4f:
        return null;
      default:
        throw new Error(`pgoutput sent a message of the unknown kind 0x${kind.toString(16)}.`);
    }
  }

  #begin(reader: ByteReader): void {
    reader.skip(8);
    const committedAt = reader.time();
    const xid = reader.int32();
    this.#open = {
      xid,
      committedAt,
      changes: [],
      reloads: new Map(),
      bytes: 0,
      count: 0,
      overflows: false,
    };
  }

  #commit(reader: ByteReader): ReadTransaction {
    const open = this.#inside();
    this.#open = null;
    reader.skip(1 + 8);
    const position = reader.int64();
    const xid = fullXid(open.xid, this.#lastXid);
    if (xid > this.#lastXid) this.#lastXid = xid;
    const { committedAt, reloads, bytes } = open;
    const reloaded = [...reloads].map(([table, cause]): Change => ({
      kind: "reload",
      table,
      cause,
    }));
    const changes =
      reloads.size === 0
        ? open.changes
        : [...reloaded, ...open.changes.filter(({ table }) => !reloads.has(table))];
    return { transaction: { position, xid, committedAt, changes }, bytes };
  }

  #change(kind: 0x49 | 0x55 | 0x44, reader: ByteReader): void {
    const open = this.#inside();
    const oid = reader.int32();
    const relation = this.#relations.get(oid);
    const table = relation?.table;
    if (relation === undefined || table === undefined || table === null) return;
    const { places } = relation;
    if (places === null || !relation.isFull || this.#changed.has(oid)) {
      this.#reload(open, table.id, "schema");
      return;
    }
    if (open.overflows) {
      this.#reload(open, table.id, "tooManyChanges");
      return;
    }
    const width = table.columns.length;
    const has = reader.int8();
    let before: Row | null = null;
    if (kind !== 0x49 && has === 0x4f) {
      before = readRow(reader, places, width, null);
      if (kind === 0x55) reader.skip(1);
    }
    const after = kind === 0x44 ? null : readRow(reader, places, width, before);
    if (kind === 0x49 && after !== null) {
      open.changes.push({ kind: "insert", table: table.id, after });
    } else if (kind === 0x55 && before !== null && after !== null) {
      open.changes.push({ kind: "update", table: table.id, before, after });
    } else if (kind === 0x44 && before !== null) {
      open.changes.push({ kind: "delete", table: table.id, before });
    } else {
      // Written while the table's replica identity was not FULL: nobody knows the old row.
      this.#reload(open, table.id, "schema");
      return;
    }
    open.count += 1;
    open.bytes += reader.bytes.length;
    if (open.count > this.#limits.maxChanges || open.bytes > this.#limits.maxBytes) {
      open.overflows = true;
      for (const change of open.changes) this.#reload(open, change.table, "tooManyChanges");
      open.changes = [];
      open.bytes = 0;
    }
  }

  #truncate(reader: ByteReader): void {
    const open = this.#inside();
    const count = reader.int32();
    reader.skip(1);
    for (let at = 0; at < count; at += 1) {
      const table = this.#tables.get(reader.int32());
      if (table !== undefined) this.#reload(open, table.id, "truncate");
    }
  }

  #message(reader: ByteReader): void {
    reader.skip(1 + 8);
    if (reader.zeroEnded() !== PREFIX || this.#open === null) return;
    for (const oid of changedTables(reader.text(reader.int32()))) {
      const table = this.#tables.get(oid);
      if (table === undefined) continue;
      this.#reload(this.#open, table.id, "schema");
      this.#changed.add(oid);
    }
  }

  #relation(reader: ByteReader): void {
    const oid = reader.int32();
    reader.zeroEnded();
    reader.zeroEnded();
    const isFull = reader.int8() === 0x66;
    const names: string[] = [];
    const count = reader.int16();
    for (let at = 0; at < count; at += 1) {
      reader.skip(1);
      names.push(reader.zeroEnded());
      reader.skip(8);
    }
    const relation: Relation = { names, isFull, places: null, table: null };
    this.#relations.set(oid, relation);
    this.#place(oid, relation);
  }

  #place(oid: number, relation: Relation): void {
    const table = this.#tables.get(oid) ?? null;
    relation.table = table;
    if (table === null) return;
    const places = new Map(table.columns.map(({ name }, place) => [name, place]));
    const isWhole = table.columns.every(({ name }) => relation.names.includes(name));
    relation.places = isWhole ? relation.names.map((name) => places.get(name) ?? -1) : null;
  }

  #reload(open: Open, table: string, cause: Cause): void {
    // A changed schema is what matters most.
    if (cause === "schema" || !open.reloads.has(table)) open.reloads.set(table, cause);
  }

  #inside(): Open {
    if (this.#open === null) throw new Error("pgoutput sent a change outside of a transaction.");
    return this.#open;
  }
}

/** @param old gives the values that did not change and are too large to have been sent again. */
function readRow(
  reader: ByteReader,
  places: readonly number[],
  width: number,
  old: Row | null,
): Row | null {
  const row = Array<string | null>(width).fill(null);
  let isWhole = true;
  const count = reader.int16();
  for (let at = 0; at < count; at += 1) {
    const place = places[at] ?? -1;
    const kind = reader.int8();
    if (kind === 0x74) {
      const length = reader.int32();
      if (place >= 0) row[place] = reader.text(length);
      else reader.skip(length);
    } else if (kind === 0x75 && place >= 0) {
      const value = old?.[place];
      if (value === undefined) isWhole = false;
      else row[place] = value;
    }
  }
  return isWhole ? row : null;
}
