// Counting what is under way, so that a close can wait for it.

/** How many things take their time just now. */
export class Activity {
  #count = 0;
  #whenIdle: (() => void)[] = [];

  get count(): number {
    return this.#count;
  }

  began(): void {
    this.#count += 1;
  }

  finished(): void {
    this.#count -= 1;
    if (this.#count > 0) return;
    const waiting = this.#whenIdle;
    this.#whenIdle = [];
    for (const resolve of waiting) resolve();
  }

  /** Resolves when nothing is under way, or after `bound` ms: with how much still is then. */
  idle(bound: number): Promise<number> {
    if (this.#count === 0) return Promise.resolve(0);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(this.#count), bound);
      this.#whenIdle.push(() => {
        clearTimeout(timer);
        resolve(0);
      });
    });
  }
}
