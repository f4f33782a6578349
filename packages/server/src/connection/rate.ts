// How much may happen: a bucket that holds one second's worth, or more, and fills all the time.

/** Takes no memory but its own, and no timer. */
export class Rate {
  readonly #perSecond: number;
  /** At least as much as happens at once: less would let nothing happen. */
  readonly #most: number;
  #left: number;
  #at: number;

  /**
   * @param now Ms of a clock that never goes back.
   * @param most What may happen at once, if that is more than one second's worth.
   */
  constructor(perSecond: number, now: number, most: number = 1) {
    this.#perSecond = perSecond;
    this.#most = Math.max(most, perSecond);
    this.#left = this.#most;
    this.#at = now;
  }

  /** May so much more happen? */
  take(now: number, amount: number = 1): boolean {
    this.#fill(now);
    if (this.#left < amount) return false;
    this.#left -= amount;
    return true;
  }

  /** Nothing has happened for so long that a new one would say the same. */
  isFull(now: number): boolean {
    this.#fill(now);
    return this.#left >= this.#most;
  }

  #fill(now: number): void {
    const filled = this.#left + ((now - this.#at) / 1_000) * this.#perSecond;
    this.#left = Math.min(this.#most, filled);
    this.#at = now;
  }
}
