// Who waits until a client has taken what waits for it.
import { OptionError } from "./errors.ts";
import { checkKnown } from "./option-checks.ts";

export interface DrainOptions {
  /** Fewer bytes than this may wait. A number above 0; default: half of the limit `maxBuffered`. */
  readonly below?: number;
  /** Gives up: `drained` then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** @throws {OptionError} */
export function checkDrainOptions(options: DrainOptions): void {
  checkKnown(options, ["below", "signal"]);
  const { below } = options;
  if (below !== undefined && !(typeof below === "number" && below > 0)) {
    throw new OptionError("below", below, "a number of bytes above 0");
  }
}

export class DrainWaiters {
  readonly #waiting = new Set<() => void>();

  /** Resolves at the next `release`. */
  wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const release = (): void => {
        signal?.removeEventListener("abort", abort);
        resolve();
      };
      const abort = (): void => {
        this.#waiting.delete(release);
        reject(signal?.reason as Error);
      };
      this.#waiting.add(release);
      signal?.addEventListener("abort", abort, { once: true });
    });
  }

  release(): void {
    for (const release of this.#waiting) release();
    this.#waiting.clear();
  }
}
