// One connection's worth of changes: takes them from the server, hands them over one by one, and
// acknowledges what was taken.
import type { Subscriber, Transaction } from "../source/source.ts";
import type { Waiters } from "../source/waiters.ts";
import type { Acknowledgements } from "./acknowledgements.ts";
import type { StreamConnection } from "./connection.ts";
import { PREFIX } from "./messages.ts";
import { parseLsn } from "./lsn.ts";
import { readKeepalive, statusUpdate } from "./status.ts";
import type { ReaderLimits, ReadTransaction, TransactionReader } from "./transaction-reader.ts";
import { parseSnapshot } from "./xid.ts";

/** How often, at most, the server is told what was taken, ms. */
const ACKNOWLEDGE_EVERY = 50;

/** How long the stream may take by itself to reach what somebody waits for, ms. */
const MARKER_AFTER = 5;

/** What outlives a connection, until the slot is lost. */
export interface History {
  readonly epoch: string;
  readonly acknowledgements: Acknowledgements;
  /** The last transaction that was handed on. */
  previous: bigint;
}

/** What a stream needs of the source that it is part of. */
export interface StreamHost {
  readonly slot: string;
  readonly publication: string;
  readonly subscriber: Subscriber;
  readonly history: History;
  readonly reader: TransactionReader;
  readonly waiters: Waiters;
  readonly limits: ReaderLimits;
}

/** A transaction, or how far the server has looked. */
type Item = ReadTransaction | bigint;

export class Stream {
  readonly #connection: StreamConnection;
  readonly #host: StreamHost;
  /** What was read and not yet handed over, and what it weighs. */
  #queue: Item[] = [];
  #queuedChanges = 0;
  #queuedBytes = 0;
  #isPaused = false;
  #isHanding = false;
  #handed: Promise<void> = Promise.resolve();
  #sent = 0n;
  #acknowledging: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #isNudging = false;
  #isStopped = false;
  #heard!: () => void;
  readonly #firstHeard: Promise<void>;
  #fail!: (error: Error) => void;
  /** Rejects with what the subscriber threw, or what came that nobody understands. */
  readonly failed: Promise<never>;

  constructor(connection: StreamConnection, host: StreamHost) {
    this.#connection = connection;
    this.#host = host;
    this.failed = new Promise((_resolve, reject) => {
      this.#fail = reject;
    });
    this.failed.catch(() => {});
    this.#firstHeard = new Promise((resolve) => {
      this.#heard = resolve;
    });
  }

  /** Goes on where the subscriber has everything. */
  async start(): Promise<void> {
    const { slot, publication, history } = this.#host;
    this.#sent = history.acknowledgements.acknowledged;
    await this.#connection.start(
      { slot, publication, from: history.acknowledgements.taken },
      (message) => this.#take(message),
      () => this.#send({ asks: true }),
    );
    this.nudge();
  }

  /**
   * Resolves when this stream has delivered everything up to `position`. One that could be begun may
   * still fail at the first change, as without its publication.
   */
  async delivers(position: bigint, signal: AbortSignal): Promise<void> {
    this.#send({ asks: true });
    await this.#firstHeard;
    signal.throwIfAborted();
    const reached = this.#host.waiters.wait(position, signal);
    this.nudge();
    await reached;
  }

  /** Stops to hand over, and acknowledges what was taken. */
  async stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#queue = [];
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#handed;
    // Behind a dead network it cannot be; what is not acknowledged is told again.
    this.#connection.hurry();
    await this.#acknowledging;
    if (!this.#connection.hasEnded) await this.#acknowledge().catch(() => {});
  }

  /** Sees to it that whoever waits for a position does not wait for somebody to write. */
  nudge(): void {
    const { waiters } = this.#host;
    if (this.#isNudging || this.#isStopped || !waiters.wantMoreThan(waiters.reached)) return;
    this.#isNudging = true;
    void this.#nudge().then(
      () => {
        this.#isNudging = false;
        this.nudge();
      },
      // The connection ended; the next one begins with a nudge.
      () => {},
    );
  }

  async #nudge(): Promise<void> {
    const { waiters } = this.#host;
    this.#send({ asks: true });
    await new Promise((resolve) => {
      setTimeout(resolve, MARKER_AFTER);
    });
    if (this.#isStopped || !waiters.wantMoreThan(waiters.reached)) return;
    // The server sends what is on its disk. A commit brings it there, and it needs to be one with a
    // transaction's number.
    const [row] = await this.#connection.query(
      "SELECT pg_logical_emit_message(true, $1, 'marker')",
      [PREFIX],
    );
    await this.#connection.whileOpen(waiters.wait(parseLsn(row?.[0] ?? "0/0")));
  }

  #take(message: Buffer): void {
    if (this.#isStopped) return;
    this.#heard();
    if (message[0] === 0x6b) {
      const { position, wantsReply } = readKeepalive(message);
      this.#queue.push(position);
      if (wantsReply) this.#send({ asks: false });
    } else if (message[0] === 0x77) {
      let read: ReadTransaction | null;
      try {
        // Behind the kind: where it starts, the end of the log, the server's clock.
        read = this.#host.reader.take(message, 1 + 8 + 8 + 8);
      } catch (error) {
        this.#fail(error as Error);
        return;
      }
      if (read === null) return;
      this.#queue.push(read);
      this.#queuedChanges += read.transaction.changes.length;
      this.#queuedBytes += read.bytes;
    }
    this.#pauseIfFull();
    if (!this.#isHanding) this.#handed = this.#hand();
  }

  #pauseIfFull(): void {
    const { maxChanges, maxBytes } = this.#host.limits;
    const isFull = this.#queuedChanges > maxChanges || this.#queuedBytes > maxBytes;
    if (isFull === this.#isPaused) return;
    this.#isPaused = isFull;
    if (isFull) this.#connection.pause();
    else this.#connection.resume();
  }

  async #hand(): Promise<void> {
    const { history, waiters } = this.#host;
    this.#isHanding = true;
    try {
      for (let at = 0; at < this.#queue.length; at += 1) {
        const item = this.#queue[at];
        if (item === undefined) break;
        if (typeof item === "bigint") {
          history.acknowledgements.pass(item);
          waiters.advance(item);
        } else {
          await this.#handTransaction(item);
          if (this.#isStopped) return;
        }
        if (at > 1_000) {
          this.#queue.splice(0, at + 1);
          at = -1;
        }
      }
      this.#schedule();
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    } finally {
      // At once, not when the promise is: the next message may be of the same chunk.
      this.#queue = [];
      this.#isHanding = false;
    }
  }

  async #handTransaction({ transaction, bytes }: ReadTransaction): Promise<void> {
    const { history, subscriber, waiters } = this.#host;
    const { position, xid, changes } = transaction;
    this.#queuedChanges -= changes.length;
    this.#queuedBytes -= bytes;
    this.#pauseIfFull();
    if (changes.length === 0) {
      history.acknowledgements.pass(position);
      waiters.advance(position);
      return;
    }
    const { epoch, previous } = history;
    const whole: Transaction = { ...transaction, epoch, previous };
    const taken = subscriber.transaction(whole);
    waiters.advance(position);
    if (taken !== undefined) await taken;
    history.previous = position;
    history.acknowledgements.take(xid, position);
    this.#schedule();
  }

  #schedule(): void {
    // One that is under way schedules the next.
    if (this.#timer !== null || this.#acknowledging !== null || this.#isStopped) return;
    const { acknowledgements } = this.#host.history;
    if (acknowledgements.acknowledged <= this.#sent && !acknowledgements.areUnseen) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#acknowledging = this.#acknowledge()
        // The connection ended, which the source has been told.
        .catch(() => {})
        .finally(() => {
          this.#acknowledging = null;
          this.#schedule();
        });
    }, ACKNOWLEDGE_EVERY);
  }

  async #acknowledge(): Promise<void> {
    const { acknowledgements } = this.#host.history;
    if (acknowledgements.areUnseen) {
      const [row] = await this.#connection.query("SELECT pg_current_snapshot()", []);
      acknowledgements.confirm(parseSnapshot(row?.[0] ?? ""));
    }
    if (acknowledgements.acknowledged > this.#sent) this.#send({ asks: false });
  }

  #send({ asks }: { readonly asks: boolean }): void {
    this.#sent = this.#host.history.acknowledgements.acknowledged;
    this.#connection.send(statusUpdate(this.#sent, { asks }));
  }
}
