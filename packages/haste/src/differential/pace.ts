// Writers and readers go along together, whoever of them is quicker.

/** How far one side may be ahead of the other, of its whole way. */
const AHEAD = 0.12;

type Side = "writers" | "readers";

export class Pace {
  readonly #done: Record<Side, number> = { writers: 0, readers: 0 };
  readonly #steps: Readonly<Record<Side, number>>;
  #waiting: (() => void)[] = [];

  /** @param steps - how many steps each side has on its whole way */
  constructor(steps: Readonly<Record<Side, number>>) {
    this.#steps = steps;
  }

  /** Resolves when the other side is not far behind. The one of both that is behind never waits. */
  async next(side: Side): Promise<void> {
    const other = side === "writers" ? "readers" : "writers";
    while (this.#way(side) > this.#way(other) + AHEAD) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** How many steps a side has made. */
  done(side: Side): number {
    return this.#done[side];
  }

  /** A step has been made. */
  step(side: Side): void {
    this.#done[side] += 1;
    for (const look of this.#waiting.splice(0)) look();
  }

  /** It has failed: nobody waits any more. */
  end(): void {
    for (const side of ["writers", "readers"] as const) this.#done[side] = Infinity;
    for (const look of this.#waiting.splice(0)) look();
  }

  #way(side: Side): number {
    return Math.min(1, this.#done[side] / this.#steps[side]);
  }
}
