// A first-in-first-out queue with a bound, whose items weigh something.

/** What waits, and what it weighs. */
export interface Waiting<T> {
  readonly item: T;
  readonly weight: number;
}

/** Holds at most `limit` items. Empty ones cost next to nothing. */
export class Inbox<T> {
  readonly #limit: number;
  #waiting: (Waiting<T> | undefined)[] = [];
  #head = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#waiting.length - this.#head;
  }

  /** Adds an item, unless the inbox is full: then it says false. */
  offer(item: T, weight: number): boolean {
    if (this.size >= this.#limit) return false;
    this.#waiting.push({ item, weight });
    return true;
  }

  /** Takes the oldest item. */
  take(): Waiting<T> | undefined {
    const waiting = this.#waiting[this.#head];
    if (waiting === undefined) return undefined;
    // What was taken must not be kept alive by what still waits.
    this.#waiting[this.#head] = undefined;
    this.#head += 1;
    if (this.#head === this.#waiting.length) {
      this.#waiting = [];
      this.#head = 0;
    } else if (this.#head >= 1_024) {
      this.#waiting = this.#waiting.slice(this.#head);
      this.#head = 0;
    }
    return waiting;
  }

  /** Takes all that is left. */
  empty(): Waiting<T>[] {
    const waiting = this.#waiting.slice(this.#head) as Waiting<T>[];
    this.#waiting = [];
    this.#head = 0;
    return waiting;
  }
}
