// Bounds how long validators may take: one that never answers must not leave anybody without an
// outcome, nor hold up what comes behind it.
import type { Checked } from "@slipstream/core";
import { onAbort } from "./abort.ts";
import type { Clock } from "./clock.ts";

export class Patience {
  readonly #clock: Clock;
  readonly #waiting = new Set<(why: string) => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The same check, which has failed when it takes longer than `ms`, `signal` is aborted, or `end` is called. */
  bound(
    checked: Checked | Promise<Checked>,
    ms: number,
    signal?: AbortSignal,
  ): Checked | Promise<Checked> {
    if (!(checked instanceof Promise)) return checked;
    return new Promise((resolve) => {
      // The validator itself may have aborted the signal.
      let release = (): void => {};
      const settle = (outcome: Checked): void => {
        this.#waiting.delete(giveUp);
        this.#clock.clearTimer(timer);
        release();
        resolve(outcome);
      };
      const giveUp = (why: string): void => {
        settle({ type: "invalid", issues: [], cause: new Error(why) });
      };
      const timer = this.#clock.setTimer(
        ms,
        giveUp,
        `The validator has not answered within the ${Math.round(ms)} ms that were left to it.`,
      );
      this.#waiting.add(giveUp);
      release = onAbort(signal, () => giveUp("The signal was aborted."));
      void checked.then(settle);
    });
  }

  /** Nobody waits any more. */
  end(): void {
    for (const giveUp of this.#waiting)
      giveUp("The channel was left before its validator answered.");
  }
}
