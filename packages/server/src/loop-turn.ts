// Sharing the event loop: whoever works in a loop of its own asks here, now and then, whether others
// have waited long enough.

/** How long loops may keep everybody else waiting, together, in ms. */
const HOLD = 5;

/** The present turn of the event loop. One for all that share a server. */
export class LoopTurn {
  #now: { readonly since: number; readonly over: Promise<void> } | null = null;

  /** Resolves at once; or, if this turn has lasted for long, when timers and sockets had theirs. */
  rest(): Promise<void> {
    const now = performance.now();
    this.#now ??= { since: now, over: this.#over() };
    return now - this.#now.since < HOLD ? Promise.resolve() : this.#now.over;
  }

  /** One immediate for each turn in which anybody asks. */
  #over(): Promise<void> {
    return new Promise((resolve) => {
      setImmediate(() => {
        this.#now = null;
        resolve();
      });
    });
  }
}
