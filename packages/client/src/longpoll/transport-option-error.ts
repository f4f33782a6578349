// The error of an option of a transport. Apart from those of sockets, whose sentences a page would
// load twice.
import { SlipstreamError } from "../slipstream-error.ts";

/** An option of `longPoll` or `withFallback` cannot be used. Thrown before anything is done. */
export class TransportOptionError extends SlipstreamError {
  override readonly name = "TransportOptionError";
  override readonly code = "invalid_option";
  readonly option: string;

  /** `accepts` completes the sentence "It must be ...". */
  constructor(option: string, accepts: string) {
    super(`The option ${option} cannot be this. It must be ${accepts}.`);
    this.option = option;
  }
}

/** The longest delay that timers of all runtimes can wait for (2^31 - 1 ms, over 24 days). */
const LONGEST = 2 ** 31 - 1;

export function checkDelay(option: string, value: number): void {
  if (typeof value === "number" && value > 0 && value <= LONGEST) return;
  throw new TransportOptionError(option, `a number of ms above 0 and up to ${LONGEST}`);
}

export function checkNames(options: object, known: readonly string[]): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || known.includes(name)) continue;
    throw new TransportOptionError(name, `left out. There are ${known.join(", ")}`);
  }
}
