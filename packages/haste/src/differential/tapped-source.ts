// A real source that writes down what it delivers, and takes its time where it may.
import { setImmediate as turn } from "node:timers/promises";
import type { Snapshot, Source, Subscriber, Transaction } from "../source/source.ts";
import type { Table } from "../table.ts";
import type { Dice } from "./dice.ts";

export class TappedSource implements Source {
  readonly delivered: Transaction[] = [];
  readonly #source: Source;
  readonly #dice: Dice;
  #handing: Promise<void> = Promise.resolve();

  constructor(source: Source, dice: Dice) {
    this.#source = source;
    this.#dice = dice;
  }

  describe(tables: readonly string[]): Promise<readonly Table[]> {
    return this.#source.describe(tables);
  }

  subscribe(subscriber: Subscriber): Promise<void> {
    return this.#source.subscribe({
      transaction: (transaction) => {
        this.#handing = this.#hand(transaction, subscriber);
        return this.#handing;
      },
      epochChanged: (epoch) => subscriber.epochChanged(epoch),
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
    await this.#handing;
    await this.#wait();
  }

  close(): Promise<void> {
    return this.#source.close();
  }

  async #hand(transaction: Transaction, subscriber: Subscriber): Promise<void> {
    await this.#wait();
    this.delivered.push(transaction);
    await subscriber.transaction(transaction);
  }

  async #wait(): Promise<void> {
    if (this.#dice.chance(0.6)) return;
    for (let turns = this.#dice.below(12); turns > 0; turns -= 1) await turn();
  }
}
