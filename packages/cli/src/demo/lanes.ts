// Pages over several channels at once: all of them as fast as they come, or a few now and then.
import { setTimeout as sleep } from "node:timers/promises";
import type { Channel, Socket } from "@slipstream/client";
import { outcomeOf, type PushLedger } from "./push-ledger.ts";
import { flightsTopic, type FlightsTopic, type Page } from "./topics.ts";

/** What takes the pages. */
export type PageTaker = (index: number, page: Page) => void;

export class Lanes {
  readonly channels: readonly Channel<FlightsTopic>[];
  readonly #ledger: PushLedger;
  #next = 0;

  constructor(socket: Socket, count: number, ledger: PushLedger) {
    this.channels = Array.from({ length: count }, (_, lane) =>
      socket.channel<FlightsTopic>(flightsTopic(lane + 1), {}),
    );
    this.#ledger = ledger;
  }

  /** Joins all, and resolves with what the first one said of the table. */
  async join(): Promise<FlightsTopic["join"]["response"]> {
    const responses = await Promise.all(this.channels.map((channel) => channel.join()));
    return responses[0] ?? { rows: 0, pages: 0, pageSize: 0 };
  }

  /** Pulls one page. Null if it did not come; the ledger knows why. */
  async pull(channel: Channel<FlightsTopic>, index: number): Promise<Page | null> {
    const id = this.#ledger.made();
    try {
      const page = await channel.push("page", { index, id });
      this.#ledger.settled(id, "ok");
      return page;
    } catch (error) {
      this.#ledger.settled(id, outcomeOf(error));
      return null;
    }
  }

  /** Pulls the pages 0 to `pages` - 1, each once, and resolves with how many did not come. */
  async pullAll(pages: number, take: PageTaker): Promise<number> {
    let next = 0;
    let failed = 0;
    const work = async (channel: Channel<FlightsTopic>): Promise<void> => {
      while (next < pages) {
        const index = next;
        next += 1;
        const page = await this.pull(channel, index);
        if (page === null) failed += 1;
        else take(index, page);
      }
    };
    await Promise.all(this.channels.map(work));
    return failed;
  }

  /** Pulls one page on each channel, all at once. Resolves with how many came. */
  async pullOnEach(pages: number, take: PageTaker): Promise<number> {
    const pulls = this.channels.map(async (channel) => {
      const index = this.#next % pages;
      this.#next += 1;
      const page = await this.pull(channel, index);
      if (page !== null) take(index, page);
      return page !== null;
    });
    return (await Promise.all(pulls)).filter(Boolean).length;
  }

  /** Pulls a page on each channel every `interval` ms, one after the other, until the signal says stop. */
  async pullOn(
    pages: number,
    interval: number,
    take: PageTaker,
    signal: AbortSignal,
  ): Promise<void> {
    while (!signal.aborted) {
      await Promise.all([
        this.pullOnEach(pages, take),
        sleep(interval, undefined, { signal }).catch(() => undefined),
      ]);
    }
  }
}
