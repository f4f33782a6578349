// What a channel may ask of `drained()`, and its checks.
import { OptionError } from "../errors.ts";
import { checkKnown } from "../option-checks.ts";

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
