// A bounded queue between the socket, which never waits, and a reader, who takes his time.
import { OverflowError } from "./errors.ts";

/**
 * What happens when a reader is too slow:
 * - "fail": what waits is dropped and the reader is told by an OverflowError;
 * - "dropOldest" and "dropNewest": one item is dropped and counted;
 * - "leave": what waits may still be read, then the reader's loop ends; the channel is left;
 * - "close": what waits may still be read, then the reader is told by an OverflowError; the connection
 *   ends for the reason `overflow`, and is made anew as `reconnect` says.
 */
export type Overflow = "fail" | "dropOldest" | "dropNewest" | "leave" | "close";

export interface InboxOptions {
  /** What arrives, in words: "messages of room:lobby". */
  readonly what: string;
  readonly limit: number;
  readonly overflow: Overflow;
  /** Called with how many items the overflow policy dropped. */
  readonly onDropped?: (count: number) => void;
  /** Called once, when nothing more will be taken in. */
  readonly onClosed: (why: "overflow" | "ended" | "returned") => void;
}

type Waiting<T> = {
  readonly resolve: (result: IteratorResult<T, undefined>) => void;
  readonly reject: (error: Error) => void;
};

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** An async iterator over what is put into it. It can be read once, by one loop or by several that share. */
export class Inbox<T> implements AsyncIterableIterator<T, undefined, undefined> {
  readonly #options: InboxOptions;
  #items: T[] = [];
  /** Where the next item is: shifting an array of thousands one by one would cost more than it is worth. */
  #head = 0;
  #readers: Waiting<T>[] = [];
  #state: { type: "open" } | { type: "ended" } | { type: "failed"; error: Error } = {
    type: "open",
  };
  #dropped = 0;

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  /** How many items wait. */
  get size(): number {
    return this.#items.length - this.#head;
  }

  /** How many items were dropped by the overflow policy. */
  get dropped(): number {
    return this.#dropped;
  }

  put(item: T): void {
    if (this.#state.type !== "open") return;
    const reader = this.#readers.shift();
    if (reader !== undefined) {
      reader.resolve({ done: false, value: item });
    } else if (this.size < this.#options.limit) {
      this.#items.push(item);
    } else {
      this.#overflow(item);
    }
  }

  /** Nothing more will come. What waits can still be read; then the loop ends, or throws `error`. */
  end(error?: Error): void {
    if (this.#state.type !== "open") return;
    this.#close(error, "ended");
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.size > 0) return Promise.resolve({ done: false, value: this.#take() });
    switch (this.#state.type) {
      case "ended":
        return Promise.resolve(DONE);
      case "failed": {
        const { error } = this.#state;
        this.#state = { type: "ended" };
        return Promise.reject(error);
      }
      case "open":
        return new Promise((resolve, reject) => {
          this.#readers.push({ resolve, reject });
        });
    }
  }

  /** Called by `break` and by an error in the loop: stops taking in. */
  return(): Promise<IteratorReturnResult<undefined>> {
    this.#clear();
    if (this.#state.type === "open") this.#close(undefined, "returned");
    this.#state = { type: "ended" };
    return Promise.resolve(DONE);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.return().then(() => undefined);
  }

  #overflow(item: T): void {
    const { what, limit, overflow } = this.#options;
    this.#drop(overflow === "fail" ? this.size + 1 : 1);
    switch (overflow) {
      case "dropNewest":
        return;
      case "dropOldest":
        this.#take();
        this.#items.push(item);
        return;
      case "leave":
        this.#close(undefined, "overflow");
        return;
      case "close":
        this.#close(new OverflowError(what, limit), "overflow");
        return;
      case "fail":
        this.#clear();
        this.#close(new OverflowError(what, limit), "overflow");
    }
  }

  #drop(count: number): void {
    this.#dropped += count;
    this.#options.onDropped?.(count);
  }

  #close(error: Error | undefined, why: "overflow" | "ended" | "returned"): void {
    const readers = this.#readers;
    this.#readers = [];
    const [first, ...others] = readers;
    if (error === undefined) first?.resolve(DONE);
    else first?.reject(error);
    for (const reader of others) reader.resolve(DONE);
    const told = error === undefined || first !== undefined;
    this.#state = told ? { type: "ended" } : { type: "failed", error };
    this.#options.onClosed(why);
  }

  #take(): T {
    const item = this.#items[this.#head] as T;
    this.#items[this.#head] = undefined as T;
    this.#head += 1;
    if (this.#head === this.#items.length) this.#clear();
    else if (this.#head > 1_024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  #clear(): void {
    this.#items = [];
    this.#head = 0;
  }
}
