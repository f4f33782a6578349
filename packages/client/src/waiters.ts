// Those who wait for one and the same thing, such as a channel's join. Each has a promise and a
// signal of his own, so that one who gives up does not give up for the others.
import { onAbort } from "./abort.ts";
import { Outcome, type Tally } from "./outcome.ts";

export class Waiters<T> {
  readonly #tally: Tally;
  readonly #waiting = new Set<Outcome<T>>();

  constructor(tally: Tally) {
    this.#tally = tally;
  }

  /** How many wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** One more. When his signal is aborted he is rejected with what `gaveUp` makes of its reason. */
  add(signal: AbortSignal | undefined, gaveUp: (reason: unknown) => unknown): Outcome<T> {
    const outcome = new Outcome<T>(this.#tally);
    this.#waiting.add(outcome);
    outcome.releaseWhenSettled(
      onAbort(signal, (reason) => {
        this.#waiting.delete(outcome);
        outcome.reject(gaveUp(reason));
      }),
    );
    return outcome;
  }

  /** All of them have what they waited for. */
  resolve(value: T): void {
    for (const outcome of this.#take()) outcome.resolve(value);
  }

  /** None of them will have it. */
  reject(error: unknown): void {
    for (const outcome of this.#take()) outcome.reject(error);
  }

  #take(): Outcome<T>[] {
    const all = [...this.#waiting];
    this.#waiting.clear();
    return all;
  }
}
