// The transactions that a snapshot may not see though they have been delivered: a commit can come by
// the stream before a later snapshot sees it, so that positions alone say nothing. Pure.
import type { Snapshot, Transaction } from "../../source/source.ts";

/** What is left of a transaction that there was no room for. */
type Stub = Pick<Transaction, "xid" | "position">;

export interface RetentionLimits {
  /** Changes that are kept. */
  readonly maxChanges: number;
  /** Transactions without room of which it is still known that they were. One more, and no snapshot
   * can be trusted: the retention has to be made anew. */
  readonly maxStubs: number;
}

/** What another retention kept at a moment: its arrays, which at most grow behind what counts. */
interface Inherited {
  readonly transactions: readonly Transaction[];
  readonly from: number;
  readonly to: number;
  readonly stubs: readonly Stub[];
  readonly stubCount: number;
  readonly tables: ReadonlySet<string>;
}

/** Delivered transactions, in order, the newest up to a bound. */
export class Retention {
  readonly #limits: RetentionLimits;
  #inherited: Inherited | null = null;
  /** These arrays are shared: they are added to, or replaced, and nothing else. */
  #transactions: Transaction[] = [];
  /** Where what is kept of them begins: the array is cut now and then, not for each. */
  #first = 0;
  #changes = 0;
  #stubs: Stub[] = [];
  /** Something was lost of which not even a stub is left. */
  #torn = false;
  /** What this has is not kept. */
  #snapshot: Pick<Snapshot, "sees" | "position"> | null = null;

  constructor(limits: RetentionLimits) {
    this.#limits = limits;
  }

  /** How many changes are kept. */
  get changes(): number {
    return this.#changes;
  }

  /** What it has, in all: changes, and stubs. */
  get size(): number {
    return this.#changes + this.#stubs.length;
  }

  /** How many transactions there was no room for, and no snapshot is known to see. */
  get stubs(): number {
    return this.#stubs.length;
  }

  add(transaction: Transaction): void {
    if (this.#snapshot !== null && has(this.#snapshot, transaction)) return;
    this.#transactions.push(transaction);
    this.#changes += transaction.changes.length;
    while (this.#changes > this.#limits.maxChanges) {
      const oldest = this.#transactions[this.#first];
      if (oldest === undefined) break;
      this.#first += 1;
      this.#changes -= oldest.changes.length;
      this.#stubs.push({ xid: oldest.xid, position: oldest.position });
    }
    if (this.#first > this.#transactions.length / 2) this.#compact();
    if (this.#stubs.length <= this.#limits.maxStubs) return;
    this.#stubs = this.#stubs.slice(this.#stubs.length - this.#limits.maxStubs);
    this.#torn = true;
  }

  /**
   * The transactions up to the snapshot's position that it does not see, in order; null if one of
   * those is lost, so that the snapshot cannot be brought to its position: another is needed.
   */
  unseenBy(snapshot: Pick<Snapshot, "sees" | "position">): readonly Transaction[] | null {
    const { position } = snapshot;
    return this.#where((each) => each.position <= position && !snapshot.sees(each));
  }

  /**
   * Keeps, and takes in, only what this snapshot has to be brought up with. The stream may be far behind
   * the snapshot, and all that comes until there is in it already.
   *
   * @returns false if something of that is lost: another snapshot is needed.
   */
  narrow(snapshot: Pick<Snapshot, "sees" | "position">): boolean {
    const kept = this.#where((each) => !has(snapshot, each));
    this.clear();
    this.#torn = kept === null;
    this.#snapshot = snapshot;
    for (const transaction of kept ?? []) this.add(transaction);
    return !this.#torn;
  }

  /** The transactions after a position, in order; null if one of those is lost. */
  after(position: bigint): readonly Transaction[] | null {
    return this.#where((each) => each.position > position);
  }

  /** The transactions of which this holds, in order; null if there is no room for one of them. */
  #where(holds: (each: Stub) => boolean): readonly Transaction[] | null {
    if (this.#torn || this.#stubs.some(holds)) return null;
    const own = this.#kept().filter(holds);
    if (this.#inherited === null) return own;
    const { transactions, from, to, stubs, stubCount, tables } = this.#inherited;
    for (let at = 0; at < stubCount; at += 1) if (holds(stubs[at] as Stub)) return null;
    const inherited: Transaction[] = [];
    for (let at = from; at < to; at += 1) {
      const transaction = transactions[at] as Transaction;
      if (!holds(transaction)) continue;
      const changes = transaction.changes.filter(({ table }) => tables.has(table));
      if (changes.length > 0) inherited.push({ ...transaction, changes });
    }
    return [...inherited, ...own];
  }

  /**
   * Forgets what the snapshot sees: every snapshot taken later sees it too.
   */
  confirm(snapshot: Pick<Snapshot, "sees">): void {
    const isUnseen = (each: Stub): boolean => !snapshot.sees(each);
    this.#stubs = this.#stubs.filter(isUnseen);
    this.#transactions = this.#kept().filter(isUnseen);
    this.#first = 0;
    this.#changes = this.#transactions.reduce((sum, { changes }) => sum + changes.length, 0);
  }

  /**
   * What is kept of the tables named, in a retention of its own. Nothing is copied: many pages are
   * opened at a time, and each begins with this.
   */
  of(tables: ReadonlySet<string>, limits: RetentionLimits): Retention {
    const copy = new Retention(limits);
    copy.#torn = this.#torn;
    copy.#inherited = {
      transactions: this.#transactions,
      from: this.#first,
      to: this.#transactions.length,
      stubs: this.#stubs,
      stubCount: this.#stubs.length,
      tables,
    };
    return copy;
  }

  #kept(): readonly Transaction[] {
    if (this.#first > 0) this.#compact();
    return this.#transactions;
  }

  #compact(): void {
    this.#transactions = this.#transactions.slice(this.#first);
    this.#first = 0;
  }

  clear(): void {
    this.#inherited = null;
    this.#snapshot = null;
    this.#transactions = [];
    this.#first = 0;
    this.#changes = 0;
    this.#stubs = [];
    this.#torn = false;
  }
}

/** Whether a transaction is in a snapshot, and is not told of again behind its position. */
function has({ sees, position }: Pick<Snapshot, "sees" | "position">, stub: Stub): boolean {
  return stub.position <= position && sees(stub);
}
