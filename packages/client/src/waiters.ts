// Those who wait for one and the same thing, such as a channel's join. Each has a promise and a
// signal of his own, so that one who gives up does not give up for the others.
import { onAbort } from "./abort.ts";
import { Outcome, type Settled, type Tally } from "./outcome.ts";

export class Waiters<T> {
  readonly #tally: Tally;
  #waiting: Set<Outcome<T>> | null = null;

  constructor(tally: Tally) {
    this.#tally = tally;
  }

  /** How many wait. */
  get size(): number {
    return this.#waiting?.size ?? 0;
  }

  /** One more. When his signal is aborted he is rejected with what `gaveUp` makes of its reason. */
  add(signal: AbortSignal | undefined, gaveUp: (reason: unknown) => unknown): Outcome<T> {
    const waiting = (this.#waiting ??= new Set());
    const outcome = new Outcome<T>(this.#tally);
    waiting.add(outcome);
    outcome.releaseWhenSettled(
      onAbort(signal, (reason) => {
        waiting.delete(outcome);
        outcome.reject(gaveUp(reason));
      }),
    );
    return outcome;
  }

  /** All of them have what they waited for, or none will. */
  settle(settled: Settled<T>): void {
    const all = this.#waiting ?? [];
    this.#waiting = null;
    for (const outcome of all) outcome.become(settled);
  }
}
