// A state and whoever listens to it, as React's useSyncExternalStore has it.

export class Store<State extends object> {
  readonly #listeners = new Set<() => void>();
  readonly #report: (error: unknown) => void;
  #state: State;

  /** @param report - is told what a listener throws, which stops nothing else */
  constructor(initial: State, report: (error: unknown) => void) {
    this.#state = initial;
    this.#report = report;
  }

  get state(): State {
    return this.#state;
  }

  /** Shows another state, and tells once; not at all if nothing is different. */
  set(change: Partial<State>): void {
    const state = this.#state;
    const fields = Object.entries(change) as [keyof State, unknown][];
    if (fields.every(([name, value]) => Object.is(state[name], value))) return;
    this.#state = { ...state, ...change };
    for (const listener of [...this.#listeners]) this.call(listener);
  }

  /** Calls what is not ours: it may throw. */
  call(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      this.#report(error);
    }
  }

  subscribe(listener: () => void): () => void {
    // A function of its own, so that one listener may subscribe twice.
    const own = (): void => listener();
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }
}

/** Where nobody catches it: it is seen, and stops nothing here. */
export function throwAside(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
