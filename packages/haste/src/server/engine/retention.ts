// The transactions that a snapshot may not see though they have been delivered: a commit can come by
// the stream before a later snapshot sees it, so that positions alone say nothing. Pure.
import type { Change, Snapshot, Transaction } from "../../source/source.ts";

/** What is left of a transaction that there was no room for. */
type Stub = Pick<Transaction, "xid" | "position">;

export interface RetentionLimits {
  /** Changes that are kept. */
  readonly maxChanges: number;
  /** Transactions without room of which it is still known that they were. One more, and no snapshot
   * can be trusted: the retention has to be made anew. */
  readonly maxStubs: number;
}

/** Delivered transactions, in order, the newest up to a bound. */
export class Retention {
  readonly #limits: RetentionLimits;
  #transactions: Transaction[] = [];
  /** Where what is kept of them begins: the array is cut now and then, not for each. */
  #first = 0;
  #changes = 0;
  #stubs: Stub[] = [];
  /** Something was lost of which not even a stub is left. */
  #torn = false;

  constructor(limits: RetentionLimits) {
    this.#limits = limits;
  }

  /** How many changes are kept. */
  get changes(): number {
    return this.#changes;
  }

  /** How many transactions there was no room for, and no snapshot is known to see. */
  get stubs(): number {
    return this.#stubs.length;
  }

  add(transaction: Transaction): void {
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
    this.#stubs.splice(0, this.#stubs.length - this.#limits.maxStubs);
    this.#torn = true;
  }

  /**
   * The transactions up to the snapshot's position that it does not see, in order; null if one of
   * those is lost, so that the snapshot cannot be brought to its position: another is needed.
   */
  unseenBy(snapshot: Pick<Snapshot, "sees" | "position">): readonly Transaction[] | null {
    if (this.#torn) return null;
    const { position } = snapshot;
    const isUnseen = (each: Stub): boolean => each.position <= position && !snapshot.sees(each);
    if (this.#stubs.some(isUnseen)) return null;
    return this.#kept().filter(isUnseen);
  }

  /** The transactions after a position, in order; null if one of those is lost. */
  after(position: bigint): readonly Transaction[] | null {
    if (this.#torn || this.#stubs.some((each) => each.position > position)) return null;
    return this.#kept().filter((each) => each.position > position);
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

  /** What is kept of the tables named, in a retention of its own. */
  of(tables: ReadonlySet<string>, limits: RetentionLimits): Retention {
    const copy = new Retention(limits);
    copy.#stubs = [...this.#stubs];
    for (const transaction of this.#kept()) {
      const changes = transaction.changes.filter((change: Change) => tables.has(change.table));
      if (changes.length > 0) copy.#transactions.push({ ...transaction, changes });
      copy.#changes += changes.length;
    }
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
    this.#transactions = [];
    this.#first = 0;
    this.#changes = 0;
    this.#stubs = [];
    this.#torn = false;
  }
}
