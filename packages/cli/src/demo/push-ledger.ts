// Every push that the demo makes, and what became of it. A push is entered before it is made and
// struck off by its outcome; what is left over, or struck off twice, is a broken promise.
import { PushError, type PushErrorCode } from "@slipstream/client";

/** An outcome by its name. "other" is an error that is no PushError: there should be none. */
export type PushOutcomeName = "ok" | PushErrorCode | "other";

/** The pushes that were made in one part of the run. */
export interface PushCounts {
  readonly made: number;
  readonly byOutcome: Readonly<Partial<Record<PushOutcomeName, number>>>;
}

export function outcomeOf(error: unknown): PushOutcomeName {
  return error instanceof PushError ? error.code : "other";
}

export class PushLedger {
  readonly #parts = new Map<string, { made: number; byOutcome: Map<PushOutcomeName, number> }>();
  readonly #open = new Map<number, string>();
  readonly #outcomes = new Map<number, PushOutcomeName>();
  readonly #onSettled: () => void;
  #settledTwice = 0;
  #part = "";

  /** @param onSettled called after each outcome. */
  constructor(onSettled: () => void) {
    this.#onSettled = onSettled;
  }

  /** Pushes made from now on belong to this part of the run, however late they are settled. */
  begin(part: string): void {
    this.#part = part;
  }

  /** Enters a push. Returns its id. */
  made(): number {
    const id = this.#outcomes.size + this.#open.size + 1;
    this.#open.set(id, this.#part);
    this.#of(this.#part).made += 1;
    return id;
  }

  settled(id: number, outcome: PushOutcomeName): void {
    const part = this.#open.get(id);
    if (part === undefined) {
      this.#settledTwice += 1;
      return;
    }
    this.#open.delete(id);
    this.#outcomes.set(id, outcome);
    const { byOutcome } = this.#of(part);
    byOutcome.set(outcome, (byOutcome.get(outcome) ?? 0) + 1);
    this.#onSettled();
  }

  /** Pushes without an outcome: of one part of the run, or of all. */
  open(part?: string): number {
    if (part === undefined) return this.#open.size;
    return [...this.#open.values()].filter((one) => one === part).length;
  }

  get settledTwice(): number {
    return this.#settledTwice;
  }

  /** The outcomes so far, by the pushes' ids. */
  get outcomes(): ReadonlyMap<number, PushOutcomeName> {
    return this.#outcomes;
  }

  /** The pushes of one part of the run, or of all. */
  counts(part?: string): PushCounts {
    const byOutcome: Partial<Record<PushOutcomeName, number>> = {};
    let made = 0;
    for (const [name, counts] of this.#parts) {
      if (part !== undefined && part !== name) continue;
      made += counts.made;
      for (const [outcome, count] of counts.byOutcome) {
        byOutcome[outcome] = (byOutcome[outcome] ?? 0) + count;
      }
    }
    return { made, byOutcome };
  }

  #of(part: string): { made: number; byOutcome: Map<PushOutcomeName, number> } {
    const counts = this.#parts.get(part) ?? { made: 0, byOutcome: new Map() };
    this.#parts.set(part, counts);
    return counts;
  }
}
