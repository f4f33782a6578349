// How often something happened, in steps of 100 ms.

/** Ms. */
export const STEP = 100;

export class Histogram {
  readonly #counts: number[] = [];
  #total = 0;

  get total(): number {
    return this.#total;
  }

  add(moment: number): void {
    const step = Math.floor(moment / STEP);
    this.#counts[step] = (this.#counts[step] ?? 0) + 1;
    this.#total += 1;
  }

  /** How often from one moment to before another, in ms; whole steps. */
  between(from: number, to: number): number {
    return this.#steps(from, to).reduce((sum, count) => sum + count, 0);
  }

  /** The most in any step from one moment to before another. */
  peakBetween(from: number, to: number): number {
    return Math.max(0, ...this.#steps(from, to));
  }

  #steps(from: number, to: number): number[] {
    const first = Math.floor(from / STEP);
    const length = Math.ceil(to / STEP) - first;
    return Array.from({ length }, (_, index) => this.#counts[first + index] ?? 0);
  }
}
