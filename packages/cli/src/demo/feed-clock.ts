// What makes the table change: a few changes every 20 ms, now more and now fewer, as traffic goes.
import type { FlightsService } from "./flights-service.ts";

const INTERVAL = 20;
/** Changes per second, on average. */
const RATE = 400;

export class FeedClock {
  readonly #timer: NodeJS.Timeout;
  #last = performance.now();
  #owed = 0;

  constructor(service: FlightsService) {
    const begin = this.#last;
    this.#timer = setInterval(() => {
      const now = performance.now();
      const wave = 1 + 0.6 * Math.sin((now - begin) / 400) + 0.35 * Math.sin((now - begin) / 130);
      // By the time that passed, so that a busy machine changes the rhythm and not the amount.
      this.#owed += ((now - this.#last) / 1_000) * RATE * Math.max(0.1, wave);
      this.#last = now;
      const count = Math.floor(this.#owed);
      this.#owed -= count;
      if (count > 0) service.change(count);
    }, INTERVAL);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
