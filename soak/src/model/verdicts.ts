// The checks as they are made: counted, and kept where one did not hold.

export interface Violation {
  /** The promise, such as "P5". */
  readonly promise: string;
  /** Whose life it was; null where it was nobody's in particular. */
  readonly life: string | null;
  readonly sentence: string;
}

/** Beyond this only their number is kept. */
const MAX_KEPT = 50;

export class Verdicts {
  checks = 0;
  violations = 0;
  readonly kept: Violation[] = [];
  /** Called for each violation as it is found. */
  onViolation: (violation: Violation) => void = () => {};

  /** One check: `sentence` says what is wrong if it does not hold. Says whether it held. */
  hold(
    holds: boolean,
    promise: string,
    life: string | null,
    sentence: string | (() => string),
  ): boolean {
    this.checks += 1;
    if (holds) return true;
    this.violations += 1;
    const text = typeof sentence === "string" ? sentence : sentence();
    const violation = { promise, life, sentence: text };
    if (this.kept.length < MAX_KEPT) this.kept.push(violation);
    this.onViolation(violation);
    return false;
  }
}
