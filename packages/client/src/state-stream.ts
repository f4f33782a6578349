// Changes of state, for handlers and for readers.
import { Listeners, type Reporter } from "./listeners.ts";

const NO_READERS: readonly never[] = [];

/** Takes changes until it is told that the last one was. */
export interface StateReader<S> {
  put(state: S): void;
  end(): void;
}

export class StateStream<S> {
  readonly #what: string;
  readonly #reporter: Reporter;
  #handlers: Listeners<[state: S]> | null = null;
  #readers: readonly StateReader<S>[] = NO_READERS;

  /** `what` completes "a handler of …". */
  constructor(what: string, reporter: Reporter) {
    this.#what = what;
    this.#reporter = reporter;
  }

  on(handler: (state: S) => unknown): () => void {
    this.#handlers ??= new Listeners(`a handler of ${this.#what}`, this.#reporter);
    return this.#handlers.add(handler);
  }

  /** Returns the function that removes the reader. */
  addReader(reader: StateReader<S>): () => void {
    this.#readers = [...this.#readers, reader];
    return () => {
      this.#readers = this.#readers.filter((other) => other !== reader);
    };
  }

  tell(state: S): void {
    this.#handlers?.call(state);
    for (const reader of this.#readers) reader.put(state);
  }

  /** Ends the readers: the last change was told. */
  end(): void {
    for (const reader of this.#readers) reader.end();
  }
}
