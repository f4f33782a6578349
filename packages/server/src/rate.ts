// How often something may happen: a bucket that holds one second's worth and fills all the time.

/** Takes no memory but its own, and no timer. */
export class Rate {
  readonly #perSecond: number;
  /** At least one: less would let nothing happen. */
  readonly #most: number;
  #left: number;
  #at: number;

  /** @param now Ms of a clock that never goes back. */
  constructor(perSecond: number, now: number) {
    this.#perSecond = perSecond;
    this.#most = Math.max(1, perSecond);
    this.#left = this.#most;
    this.#at = now;
  }

  /** May it happen once more? */
  take(now: number): boolean {
    this.#fill(now);
    if (this.#left < 1) return false;
    this.#left -= 1;
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
