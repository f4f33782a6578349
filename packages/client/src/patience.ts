// Bounds how long validators may take: one that never answers must not leave anybody without an
// outcome, nor hold up what comes behind it.
import type { Checked } from "@slipstream/core";
import type { Clock } from "./clock.ts";

export class Patience {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #waiting = new Set<(why: string) => void>();

  /** @param limit ms that one check may take. */
  constructor(clock: Clock, limit: number) {
    this.#clock = clock;
    this.#limit = limit;
  }

  /** The same check, which has failed when it takes longer than the limit, or `end` is called. */
  bound(checked: Checked | Promise<Checked>): Checked | Promise<Checked> {
    if (!(checked instanceof Promise)) return checked;
    return new Promise((resolve) => {
      const settle = (outcome: Checked): void => {
        this.#waiting.delete(giveUp);
        this.#clock.clearTimer(timer);
        resolve(outcome);
      };
      const giveUp = (why: string): void => {
        settle({ type: "invalid", issues: [], cause: new Error(why) });
      };
      const timer = this.#clock.setTimer(
        this.#limit,
        giveUp,
        `The validator has not answered within ${this.#limit} ms.`,
      );
      this.#waiting.add(giveUp);
      void checked.then(settle);
    });
  }

  /** Nobody waits any more. */
  end(): void {
    for (const giveUp of this.#waiting)
      giveUp("The channel was left before its validator answered.");
  }
}
