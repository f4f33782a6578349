// Handlers that are called in the order in which they were added, and kept from harming each other.

/** Takes what went wrong in code of the user's that nobody waits for. Must not throw. */
export interface Reporter {
  /** `what` names what was running, such as "a handler of new_msg on room:lobby". */
  report(error: unknown, what: string): void;
}

/** What can stop a call of handlers that is under way. */
export interface Gate {
  readonly stopped: boolean;
}

interface Entry<A extends readonly unknown[]> {
  readonly handler: (...args: A) => unknown;
  readonly ended: (() => void) | undefined;
  present: boolean;
}

const NO_ENTRIES: readonly never[] = [];
const ALWAYS_OPEN: Gate = { stopped: false };

/** A set of handlers. The same function may be added twice, and is then called twice. */
export class Listeners<A extends readonly unknown[]> {
  readonly #reporter: Reporter;
  readonly #what: string;
  readonly #gate: Gate;
  /** Replaced, never changed, so that a handler may add handlers while they are called. */
  #entries: readonly Entry<A>[] = NO_ENTRIES;

  /** `what` names the handlers in reports. While `gate` is stopped, those that are left are not called. */
  constructor(what: string, reporter: Reporter, gate: Gate = ALWAYS_OPEN) {
    this.#what = what;
    this.#reporter = reporter;
    this.#gate = gate;
  }

  /** How many there are. */
  get size(): number {
    return this.#entries.length;
  }

  /**
   * Returns the function that removes the handler, which is then not called any more.
   * @param ended called when there will be no more calls.
   */
  add(handler: (...args: A) => unknown, ended?: () => void): () => void {
    const entry = { handler, ended, present: true };
    // Not by spreading, which leaves room for 16 more.
    this.#entries = this.#entries.concat(entry);
    return () => {
      if (!entry.present) return;
      entry.present = false;
      this.#entries = this.#entries.filter((other) => other !== entry);
    };
  }

  /** Calls every handler. One that throws, or whose promise is rejected, is reported and stops nothing. */
  call(...args: A): void {
    for (const entry of this.#entries) {
      if (this.#gate.stopped) return;
      if (entry.present) this.#callOne(entry.handler, args);
    }
  }

  /** There will be no more calls, as far as can be told. */
  end(): void {
    for (const { ended } of this.#entries) ended?.();
  }

  #callOne(handler: (...args: A) => unknown, args: A): void {
    try {
      const result = handler(...args);
      if (result instanceof Promise) this.#watch(result);
    } catch (error) {
      this.#failed(error);
    }
  }

  #watch(result: Promise<unknown>): void {
    result.catch((error: unknown) => this.#failed(error));
  }

  #failed(error: unknown): void {
    this.#reporter.report(error, this.#what);
  }
}
