// The checks of single options. Each returns the value that it was given, or throws an OptionError
// that names the option, the value's type and what is accepted.
import { PROTOCOL_EVENTS } from "@slipstream/core";
import { OptionError } from "./errors.ts";
import type { RetryOption } from "./options.ts";

/** The longest delay that timers of all runtimes can wait for (2^31 - 1 ms, over 24 days). */
const LONGEST = 2 ** 31 - 1;

export function checkPositive(option: string, value: number): number {
  if (typeof value === "number" && value > 0 && value <= LONGEST) return value;
  throw new OptionError(option, value, `a number of ms above 0 and up to ${LONGEST}`);
}

/** The same, and Infinity for never. */
export function checkTimeout(option: string, value: number): number {
  return value === Infinity ? value : checkPositive(option, value);
}

export function checkWhole(option: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new OptionError(option, value, "a whole number above 0");
}

export function checkFraction(option: string, value: number): number {
  if (typeof value === "number" && value >= 0 && value <= 1) return value;
  throw new OptionError(option, value, "a number from 0 to 1");
}

export function checkRecord(option: string, value: unknown): void {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return;
  throw new OptionError(option, value, "an object");
}

/** A close code that an application may send (RFC 6455 7.4). */
export function checkCloseCode(option: string, value: number): number {
  const applications = Number.isInteger(value) && value >= 3000 && value <= 4999;
  if (value === 1000 || value === 1001 || applications) return value;
  throw new OptionError(option, value, "1000, 1001, or a close code from 3000 to 4999");
}

/**
 * Refuses names that are no options, which are mistypings most of the time. One whose value is
 * undefined does nothing under any name.
 */
export function checkUnknown(options: object, known: readonly string[], prefix = ""): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || known.includes(name)) continue;
    const accepts = `left out: there is no such option. There are ${known.join(", ")}`;
    throw new OptionError(prefix + name, value, accepts);
  }
}

export function checkFunctionOrRecord<T>(option: string, value: T): T {
  if (typeof value === "function") return value;
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new OptionError(option, value, "an object, or a function that gives one");
}

export function checkRetry<Cause>(
  option: string,
  value: RetryOption<Cause> | undefined,
): RetryOption<Cause> | undefined {
  if (value === undefined || value === false || typeof value === "function") return value;
  if (Array.isArray(value) && value.length > 0 && value.every(isDelay)) return value;
  throw new OptionError(
    option,
    value,
    "false, a table of delays in ms, or a function of (attempt, cause) that gives ms or false",
  );
}

export function checkFunction<T>(option: string, value: T): T {
  if (typeof value === "function") return value;
  throw new OptionError(option, value, "a function");
}

function isDelay(value: unknown): boolean {
  return typeof value === "number" && value >= 0 && value <= LONGEST;
}

export function checkSignal(
  option: string,
  value: AbortSignal | undefined,
): AbortSignal | undefined {
  if (value === undefined || value instanceof AbortSignal) return value;
  throw new OptionError(option, value, "an AbortSignal");
}

export function checkTopic(value: string): string {
  if (typeof value === "string" && value !== "" && value !== "phoenix") return value;
  throw new OptionError(
    "topic",
    value,
    'a text that is not empty and not "phoenix", which belongs to the protocol',
  );
}

export function checkText(option: string, value: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw new OptionError(option, value, "a text that is not empty");
}

export function checkEvent(value: string): string {
  return checkText("event", value);
}

const RESERVED: readonly string[] = Object.values(PROTOCOL_EVENTS).filter((event) =>
  event.startsWith("phx_"),
);

/** The event of a push: the protocol's own would end or garble the membership. */
export function checkPushEvent(value: string): string {
  if (!RESERVED.includes(value)) return checkEvent(value);
  throw new OptionError(
    "event",
    value,
    `none of ${RESERVED.join(", ")}, which belong to the protocol. Use join() and leave()`,
  );
}
