// What is said of requests that cannot be meant, before the server is asked: of what the caller
// wrote, which the server does not see.
import { PageClientError } from "./page-client-error.ts";

/**
 * Refuses names that are no options, which are mistypings most of the time. One whose value is
 * undefined does nothing under any name.
 *
 * @throws {PageClientError} `invalid_page`
 */
export function checkNames(options: object, known: readonly string[]): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || known.includes(name)) continue;
    const sentence = `There is no option ${name}. There are ${known.join(", ")}.`;
    throw new PageClientError("invalid_page", sentence);
  }
}

/** The longest delay that timers of all runtimes can wait for (2^31 - 1 ms, over 24 days). */
const LONGEST = 2 ** 31 - 1;

/** @throws {PageClientError} `invalid_page`: neither a time in ms nor Infinity */
export function checkTimeout(value: number): void {
  if (value === Infinity || (typeof value === "number" && value > 0 && value <= LONGEST)) return;
  const sentence = `timeout is a number of ms above 0 and up to ${LONGEST}, or Infinity.`;
  throw new PageClientError("invalid_page", sentence);
}

/** @throws {PageClientError} `invalid_page` */
export function checkSignal(value: AbortSignal | undefined): void {
  if (value === undefined || value instanceof AbortSignal) return;
  throw new PageClientError("invalid_page", "signal is an AbortSignal.");
}

/** @throws {PageClientError} `invalid_page`: no number of rows, or fewer than there must be. */
export function checkRows(name: string, value: number, least: 0 | 1 = 0): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new PageClientError("invalid_page", `${name} is a whole number of rows, from ${least}.`);
}
