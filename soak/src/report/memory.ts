// The heap over time: reported, never judged.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Seconds between two samples at first; later ones are further apart. */
const FIRST_INTERVAL = 5;
const MAX_SAMPLES = 200;

export class Memory {
  #samples: { readonly age: number; readonly bytes: number }[] = [];
  #interval = FIRST_INTERVAL;
  readonly #collect: () => void = collector();

  /** Measures, if it is time to. */
  sample(age: number): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && age - last.age < this.#interval) return;
    this.#collect();
    this.#samples.push({ age, bytes: process.memoryUsage().heapUsed });
    if (this.#samples.length < MAX_SAMPLES) return;
    this.#samples = this.#samples.filter((_, i) => i % 2 === 0);
    this.#interval *= 2;
  }

  /** The heap at some moments from the first to the last: "31 MB after 5 s, 33 MB after 60 s". */
  describe(): string {
    const count = Math.min(5, this.#samples.length);
    const chosen = Array.from({ length: count }, (_, i) =>
      this.#samples.at(Math.round((i / Math.max(1, count - 1)) * (this.#samples.length - 1))),
    );
    return chosen
      .flatMap((sample) => (sample === undefined ? [] : [sample]))
      .map(({ age, bytes }) => `${(bytes / 1e6).toFixed(0)} MB after ${age.toFixed(0)} s`)
      .join(", ");
  }
}

/** Collects garbage, so that what is measured is what is held. */
function collector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}
