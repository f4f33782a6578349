// Handlers that are called in the order in which they were added, and kept from harming each other.

/** Called with whatever a handler threw, and with what it was handling. */
export type Report = (error: unknown, what: string) => void;

/** A set of handlers. The same function may be added twice, and is then called twice. */
export class Listeners<A extends readonly unknown[]> {
  readonly #report: Report;
  readonly #what: string;
  /** Replaced, never changed, so that a handler may add and remove handlers while they are called. */
  #handlers: readonly ((...args: A) => unknown)[] = [];

  /** `what` names the handlers in reports, such as "a handler of new_msg". */
  constructor(what: string, report: Report) {
    this.#what = what;
    this.#report = report;
  }

  get size(): number {
    return this.#handlers.length;
  }

  /** Returns the function that removes the handler. */
  add(handler: (...args: A) => unknown): () => void {
    const entry = (...args: A): unknown => handler(...args);
    this.#handlers = [...this.#handlers, entry];
    return () => {
      this.#handlers = this.#handlers.filter((other) => other !== entry);
    };
  }

  /** Calls every handler. One that throws, or whose promise is rejected, is reported and stops nothing. */
  call(...args: A): void {
    for (const handler of this.#handlers) {
      try {
        const result = handler(...args);
        if (result instanceof Promise) result.catch((error: unknown) => this.#failed(error));
      } catch (error) {
        this.#failed(error);
      }
    }
  }

  #failed(error: unknown): void {
    this.#report(error, this.#what);
  }
}
