// The state of a page and whoever listens to it, as React's useSyncExternalStore has it.
import { LOADING, type PageState } from "./page-state.ts";

export class PageStore<Row> {
  readonly #listeners = new Set<() => void>();
  readonly #report: (error: unknown) => void;
  #state: PageState<Row> = LOADING;

  /** @param report - is told what a listener throws, which stops nothing else */
  constructor(report: (error: unknown) => void) {
    this.#report = report;
  }

  get state(): PageState<Row> {
    return this.#state;
  }

  /** Shows another state, and tells once; not at all if nothing is different. */
  set(change: Partial<PageState<Row>>): void {
    const state = this.#state;
    const fields = Object.entries(change) as [keyof PageState<Row>, unknown][];
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
