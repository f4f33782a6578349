// A real source that writes down what it delivers, takes its time where it may, and fails when it is told to.
import { setImmediate as turn } from "node:timers/promises";
import type { Snapshot, Source, Subscriber, Transaction } from "../source/source.ts";
import type { Table } from "../table.ts";
import type { Dice } from "./dice.ts";

/** What a source has told. */
export type Told =
  | { readonly kind: "transaction"; readonly position: bigint; readonly xid: bigint }
  | { readonly kind: "epoch"; readonly epoch: string };

export class TappedSource implements Source {
  readonly told: Told[] = [];
  readonly #source: Source;
  readonly #dice: Dice;
  #handing: Promise<void> = Promise.resolve();
  #fails = false;
  /** What was refused has not been told again. */
  #refused: { readonly promise: Promise<void>; readonly resolve: () => void } | null = null;

  constructor(source: Source, dice: Dice) {
    this.#source = source;
    this.#dice = dice;
  }

  /** The next transaction is refused as if its subscriber had failed, and told again. */
  failNext(): void {
    this.#fails = true;
  }

  describe(...asked: Parameters<Source["describe"]>): Promise<readonly Table[]> {
    return this.#source.describe(...asked);
  }

  subscribe(subscriber: Subscriber): Promise<void> {
    return this.#source.subscribe({
      transaction: (transaction) => {
        this.#handing = this.#hand(transaction, subscriber);
        this.#handing.catch(() => {});
        return this.#handing;
      },
      epochChanged: (epoch) => {
        this.told.push({ kind: "epoch", epoch });
        this.#toldAgain();
        subscriber.epochChanged(epoch);
      },
      interrupted: (error) => subscriber.interrupted(error),
      resumed: () => subscriber.resumed(),
    });
  }

  async snapshot<Result>(
    read: (snapshot: Snapshot) => Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result> {
    await this.#wait();
    const result = await this.#source.snapshot(async (snapshot) => {
      const result = await read(snapshot);
      await this.#wait();
      return result;
    }, signal);
    await this.#wait();
    return result;
  }

  async reached(position: bigint, signal?: AbortSignal): Promise<void> {
    await this.#source.reached(position, signal);
    // The source takes for handed over what waits here.
    await this.#handing.catch(() => {});
    await this.#refused?.promise;
    await this.#wait();
  }

  close(): Promise<void> {
    this.#toldAgain();
    return this.#source.close();
  }

  async #hand(transaction: Transaction, subscriber: Subscriber): Promise<void> {
    await this.#wait();
    if (this.#fails) {
      this.#fails = false;
      let resolve!: () => void;
      this.#refused = { promise: new Promise<void>((done) => (resolve = done)), resolve };
      throw new Error("The subscriber fails, this once.");
    }
    const { position, xid } = transaction;
    this.told.push({ kind: "transaction", position, xid });
    await subscriber.transaction(transaction);
    this.#toldAgain();
  }

  #toldAgain(): void {
    this.#refused?.resolve();
    this.#refused = null;
  }

  async #wait(): Promise<void> {
    if (this.#dice.chance(0.6)) return;
    for (let turns = this.#dice.below(12); turns > 0; turns -= 1) await turn();
  }
}
