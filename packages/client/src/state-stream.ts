// Changes of state, for handlers and for loops.
import { Inbox } from "./inbox.ts";
import { Listeners, type Reporter } from "./listeners.ts";

/** How many changes may wait for a slow loop. The oldest are dropped: the newest say where things stand. */
const LIMIT = 1_000;

export class StateStream<S> {
  readonly #what: string;
  readonly #reporter: Reporter;
  #handlers: Listeners<[state: S]> | null = null;
  #readers: readonly Inbox<S>[] = [];

  /** `what` completes "a handler of …". */
  constructor(what: string, reporter: Reporter) {
    this.#what = what;
    this.#reporter = reporter;
  }

  on(handler: (state: S) => unknown): () => void {
    this.#handlers ??= new Listeners(`a handler of ${this.#what}`, this.#reporter);
    return this.#handlers.add(handler);
  }

  /** Yields `current`, then every change. */
  read(current: S): Inbox<S> {
    const inbox = this.#open(current);
    this.#readers = [...this.#readers, inbox];
    return inbox;
  }

  /** Yields `last` alone: there are no changes to come. */
  readLast(last: S): Inbox<S> {
    const inbox = this.#open(last);
    inbox.end();
    return inbox;
  }

  tell(state: S): void {
    this.#handlers?.call(state);
    for (const reader of this.#readers) reader.put(state);
  }

  /** Ends the loops: the last change was told. */
  end(): void {
    for (const reader of this.#readers) reader.end();
  }

  #open(current: S): Inbox<S> {
    const inbox = new Inbox<S>({
      what: this.#what,
      limit: LIMIT,
      overflow: "dropOldest",
      onClosed: () => {
        this.#readers = this.#readers.filter((reader) => reader !== inbox);
      },
    });
    inbox.put(current);
    return inbox;
  }
}
