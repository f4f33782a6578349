// How the accounts say that something does not hold.

/** Throws `what` unless it holds. */
export function check(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what);
}

/** Counts by name. */
export class Tally {
  readonly #counts = new Map<string, number>();

  add(name: string): void {
    this.#counts.set(name, this.get(name) + 1);
  }

  get(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  /** Throws unless `counted` are the same numbers. */
  check(counted: Readonly<Record<string, number>>, what: string): void {
    for (const [name, value] of Object.entries(counted)) {
      const told = this.get(name);
      check(value === told, `${what}: ${value} times ${name}, and ${told} times it was told.`);
    }
  }
}
