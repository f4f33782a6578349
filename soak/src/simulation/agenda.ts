// Time in a simulation: what happens when. Nothing here waits; an hour takes as long as what happens in it.

export class Agenda {
  /** In ms. */
  now = 0;
  readonly #slots = new Map<number, (() => void)[]>();

  /** Lets `act` happen at a moment, or now if that is over. */
  at(moment: number, act: () => void): void {
    const slot = Math.max(Math.ceil(moment), this.now);
    const acts = this.#slots.get(slot);
    if (acts === undefined) this.#slots.set(slot, [act]);
    else acts.push(act);
  }

  /** The same, in so many ms. */
  in(delay: number, act: () => void): void {
    this.at(this.now + delay, act);
  }

  /** Lets all happen that is due before `until`. */
  run(until: number): void {
    for (; this.now < until; this.now++) {
      // What happens may let more happen at the same moment.
      for (const act of this.#slots.get(this.now) ?? []) act();
      this.#slots.delete(this.now);
    }
  }

  /** Nothing runs for so long; what was due meanwhile is due at the end of it. */
  sleep(ms: number): void {
    const wake = this.now + ms;
    const due = [...this.#slots].filter(([slot]) => slot <= wake).toSorted(([a], [b]) => a - b);
    for (const [slot] of due) this.#slots.delete(slot);
    this.#slots.set(
      wake,
      due.flatMap(([, acts]) => acts),
    );
    this.now = wake;
  }
}
