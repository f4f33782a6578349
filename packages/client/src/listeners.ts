// Handlers that are called in the order in which they were added, and kept from harming each other.

/** Takes what went wrong in code of the user's that nobody waits for. Must not throw. */
export interface Reporter {
  /** `what` names what was running, such as "a handler of new_msg on room:lobby". */
  report(error: unknown, what: string): void;
}

/** A set of handlers. The same function may be added twice, and is then called twice. */
export class Listeners<A extends readonly unknown[]> {
  readonly #reporter: Reporter;
  readonly #what: string;
  /** Replaced, never changed, so that a handler may add and remove handlers while they are called. */
  #handlers: readonly ((...args: A) => unknown)[] = [];

  /** `what` names the handlers in reports. */
  constructor(what: string, reporter: Reporter) {
    this.#what = what;
    this.#reporter = reporter;
  }

  /** Returns the function that removes the handler. */
  add(handler: (...args: A) => unknown): () => void {
    this.#handlers = [...this.#handlers, handler];
    let present = true;
    return () => {
      if (present) this.#handlers = this.#handlers.toSpliced(this.#handlers.indexOf(handler), 1);
      present = false;
    };
  }

  /** Calls every handler. One that throws, or whose promise is rejected, is reported and stops nothing. */
  call(...args: A): void {
    for (const handler of this.#handlers) {
      try {
        const result = handler(...args);
        if (result instanceof Promise) this.#watch(result);
      } catch (error) {
        this.#reporter.report(error, this.#what);
      }
    }
  }

  #watch(result: Promise<unknown>): void {
    result.catch((error: unknown) => this.#reporter.report(error, this.#what));
  }
}
