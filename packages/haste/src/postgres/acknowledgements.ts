// How far may be acknowledged: what the subscriber has taken, as far as every later snapshot sees it.
// A commit can be streamed before a snapshot sees it (it waits for a standby). Were it acknowledged
// then, a process that starts would get it neither by the stream nor by its snapshots.
import { sees, type SeenXids } from "./xid.ts";

interface Taken {
  readonly xid: bigint;
  /** What may be acknowledged while this transaction is not seen. */
  readonly before: bigint;
}

export class Acknowledgements {
  #unseen: Taken[] = [];
  #taken: bigint;
  #acknowledged: bigint;

  /** @param from what has been acknowledged before. */
  constructor(from: bigint) {
    this.#taken = from;
    this.#acknowledged = from;
  }

  /** Up to here, exclusively, the server may forget. */
  get acknowledged(): bigint {
    return this.#acknowledged;
  }

  /** Up to here the subscriber has taken everything. */
  get taken(): bigint {
    return this.#taken;
  }

  /** Whether {@link confirm} could advance what is acknowledged. */
  get areUnseen(): boolean {
    return this.#unseen.length > 0;
  }

  /** The subscriber took a transaction. */
  take(xid: bigint, position: bigint): void {
    this.#unseen.push({ xid, before: this.#taken });
    if (position > this.#taken) this.#taken = position;
  }

  /** There was nothing for the subscriber up to here. */
  pass(position: bigint): void {
    if (position > this.#taken) this.#taken = position;
    this.#advance();
  }

  /** A snapshot was taken after all that {@link take} was told of. */
  confirm(snapshot: SeenXids): void {
    this.#unseen = this.#unseen.filter(({ xid }) => !sees(snapshot, xid));
    this.#advance();
  }

  #advance(): void {
    const [first] = this.#unseen;
    const upTo = first === undefined ? this.#taken : first.before;
    if (upTo > this.#acknowledged) this.#acknowledged = upTo;
  }
}
