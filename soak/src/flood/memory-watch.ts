// What a process holds while it works: its heap and its buffers, after garbage was collected.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

function heldNow(): number {
  // Buffers that nobody holds are freed beside the program, and stay in `external` until that is
  // done: it is, when the next collection begins.
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/**
 * Looks when it is told to, after so much work. By the clock it would do nothing but look, where the
 * process gets little of a busy machine.
 */
export class MemoryWatch {
  readonly #before: number = heldNow();
  #most = 0;

  /** The most that was held at any look, beyond what was held at the beginning; in bytes. */
  get held(): number {
    return this.#most;
  }

  look(): void {
    this.#most = Math.max(this.#most, heldNow() - this.#before);
  }
}
