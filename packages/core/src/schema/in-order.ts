// Things that take their time, handed over in the order in which they came. It knows nothing of what
// they are.

interface Turn {
  /** Null until the value is there. */
  take: (() => void) | null;
}

/** A bounded line. Where nothing waits and nothing needs to be awaited, it costs nothing. */
export class InOrder {
  readonly #limit: number;
  /** Replaced when what waits is given up, so that values which come later find nobody. */
  #turns: Turn[] = [];
  #taking = false;

  /** @param limit how many may wait. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many wait. */
  get size(): number {
    return this.#turns.length;
  }

  /**
   * Calls `take` with the value: before it returns if it is the value's turn, otherwise in its turn.
   * `take` must not throw, and a promise must not reject.
   * @returns whether it was taken in: false when `limit` wait, and then `take` is never called.
   */
  add<T>(value: T | Promise<T>, take: (value: T) => void): boolean {
    if (this.size >= this.#limit) return false;
    this.addAlways(value, take);
    return true;
  }

  /** The same, for what must not be lost, however many wait. */
  addAlways<T>(value: T | Promise<T>, take: (value: T) => void): void {
    const turns = this.#turns;
    if (!(value instanceof Promise)) {
      if (turns.length === 0 && !this.#taking) take(value);
      else turns.push({ take: () => take(value) });
      return;
    }
    const turn: Turn = { take: null };
    turns.push(turn);
    void value.then((value) => {
      turn.take = () => take(value);
      if (turns === this.#turns) this.#takeTurns();
    });
  }

  /** Gives up what waits. */
  clear(): void {
    this.#turns = [];
  }

  #takeTurns(): void {
    if (this.#taking) return;
    this.#taking = true;
    for (let take = this.#turns[0]?.take; take; take = this.#turns[0]?.take) {
      this.#turns.shift();
      take();
    }
    this.#taking = false;
  }
}
