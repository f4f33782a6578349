// The readings of the last minutes, and what they amount to. Pure, and bounded.
import type { Reading } from "./reading.ts";

export class History {
  readonly #readings: Reading[] = [];
  readonly #span: number;

  /** @param span ms that are kept. */
  constructor(span: number) {
    this.#span = span;
  }

  add(reading: Reading): void {
    this.#readings.push(reading);
    const oldest = reading.at - this.#span;
    while ((this.#readings[0]?.at ?? Infinity) < oldest) this.#readings.shift();
  }

  get readings(): readonly Reading[] {
    return this.#readings;
  }
}

/** At most so many of them, the last one among them. Counters lose nothing by it: they count on. */
export function thinOut(readings: readonly Reading[], most: number): readonly Reading[] {
  const step = Math.ceil(readings.length / most);
  return readings.filter((_, index) => (readings.length - 1 - index) % step === 0);
}

/** How much a counter grew; one that fell has begun anew. */
export function growth(after: number, before: number): number {
  return after >= before ? after - before : after;
}

/** How much each grew from one reading to the next. */
export function endsBetween(before: Reading, after: Reading): Record<string, number> {
  return Object.fromEntries(
    Object.entries(after.ends)
      .map(([reason, count]) => [reason, growth(count, before.ends[reason] ?? 0)] as const)
      .filter(([, count]) => count > 0),
  );
}
