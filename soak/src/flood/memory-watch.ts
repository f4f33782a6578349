// What a process holds while it works: its heap and its buffers, after garbage was collected.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Ms between two looks: each takes a while, and what is measured should not be the looking. */
const INTERVAL = 500;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

function heldNow(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

export class MemoryWatch {
  readonly #before: number = heldNow();
  #most = 0;
  readonly #timer: NodeJS.Timeout = setInterval(() => this.look(), INTERVAL);

  /** The most that was held at any look, beyond what was held at the beginning; in bytes. */
  get held(): number {
    return this.#most;
  }

  look(): void {
    this.#most = Math.max(this.#most, heldNow() - this.#before);
  }

  stop(): void {
    this.look();
    clearInterval(this.#timer);
  }
}
