// Waiting, and being able to stop all of it at once: what is left of a soak must not wait.

export class Pace {
  readonly #waiting = new Map<NodeJS.Timeout, () => void>();
  #stopped = false;

  /** Resolves after `ms`, and at once when stopped. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.later(ms, resolve));
  }

  /** Calls `act` after `ms`, or at once when stopped. Returns the function that calls it off. */
  later(ms: number, act: () => void): () => void {
    if (this.#stopped) {
      act();
      return () => {};
    }
    const timer = setTimeout(() => {
      this.#waiting.delete(timer);
      act();
    }, ms);
    this.#waiting.set(timer, act);
    return () => {
      clearTimeout(timer);
      this.#waiting.delete(timer);
    };
  }

  stop(): void {
    this.#stopped = true;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const [timer, act] of waiting) {
      clearTimeout(timer);
      act();
    }
  }
}
