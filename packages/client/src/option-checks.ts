// The checks of single options and arguments: each is a statement that throws an OptionError, which
// names the option, the value's type and what is accepted. They find a developer's mistakes and no
// more: nothing rests on them, and the production build for browsers leaves them out.
import { PROTOCOL_EVENTS } from "@slipstream/core";
import { isPlainObject } from "./credentials.ts";
import { OptionError } from "./errors.ts";
import type { RetryOption } from "./options.ts";

/** The longest delay that timers of all runtimes can wait for (2^31 - 1 ms, over 24 days). */
const LONGEST = 2 ** 31 - 1;

export function checkPositive(option: string, value: number): void {
  if (typeof value === "number" && value > 0 && value <= LONGEST) return;
  throw new OptionError(option, value, `a number of ms above 0 and up to ${LONGEST}`);
}

/** The same, and Infinity for never. */
export function checkTimeout(option: string, value: number): void {
  if (value !== Infinity) checkPositive(option, value);
}

export function checkWhole(option: string, value: number): void {
  if (Number.isSafeInteger(value) && value > 0) return;
  throw new OptionError(option, value, "a whole number above 0");
}

export function checkFraction(option: string, value: number): void {
  if (typeof value === "number" && value >= 0 && value <= 1) return;
  throw new OptionError(option, value, "a number from 0 to 1");
}

export function checkRecord(option: string, value: unknown): void {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return;
  throw new OptionError(option, value, "an object");
}

/** A close code that an application may send (RFC 6455 7.4). */
export function checkCloseCode(option: string, value: number): void {
  const applications = Number.isInteger(value) && value >= 3000 && value <= 4999;
  if (value === 1000 || value === 1001 || applications) return;
  throw new OptionError(option, value, "1000, 1001, or a close code from 3000 to 4999");
}

/**
 * Refuses names that are no options, which are mistypings most of the time. One whose value is
 * undefined does nothing under any name.
 */
export function checkUnknown(options: object, known: readonly string[], prefix = ""): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || known.includes(name)) continue;
    throw new OptionError(prefix + name, value, { known: known.map((one) => prefix + one) });
  }
}

/** Arguments that are objects of options. */
export function checkOptions(options: object, known: readonly string[]): void {
  checkRecord("options", options);
  checkUnknown(options, known);
}

/** The same, and what each of them that is given must be. */
export function checkArguments<T extends object>(options: T, checks: ArgumentChecks<T>): void {
  checkOptions(options, Object.keys(checks));
  for (const [name, value] of Object.entries(options)) {
    const check = checks[name as keyof T] as ((option: string, value: unknown) => void) | undefined;
    if (value !== undefined) check?.(name, value);
  }
}

export type ArgumentChecks<T extends object> = {
  readonly [K in keyof T]-?: (option: string, value: Exclude<T[K], undefined>) => void;
};

export function checkFunctionOrRecord(option: string, value: unknown): void {
  if (typeof value === "function") return;
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return;
  throw new OptionError(option, value, "an object, or a function that gives one");
}

export function checkRetry<Cause>(option: string, value: RetryOption<Cause> | undefined): void {
  if (value === undefined || value === false || typeof value === "function") return;
  if (Array.isArray(value) && value.length > 0 && value.every(isDelay)) return;
  throw new OptionError(
    option,
    value,
    "false, a table of delays in ms, or a function of (attempt, cause) that gives ms or false",
  );
}

export function checkFunction(option: string, value: unknown): void {
  if (typeof value === "function") return;
  throw new OptionError(option, value, "a function");
}

function isDelay(value: unknown): boolean {
  return typeof value === "number" && value >= 0 && value <= LONGEST;
}

export function checkSignal(option: string, value: AbortSignal | undefined): void {
  if (value === undefined || value instanceof AbortSignal) return;
  throw new OptionError(option, value, "an AbortSignal");
}

export function checkTopic(value: string): void {
  if (typeof value === "string" && value !== "" && value !== "phoenix") return;
  throw new OptionError(
    "topic",
    value,
    'a text that is not empty and not "phoenix", which belongs to the protocol',
  );
}

export function checkText(option: string, value: string): void {
  if (typeof value === "string" && value !== "") return;
  throw new OptionError(option, value, "a text that is not empty");
}

export function checkEvent(value: string): void {
  checkText("event", value);
}

const RESERVED: readonly string[] = /* @__PURE__ */ reservedEvents();

function reservedEvents(): readonly string[] {
  return Object.values(PROTOCOL_EVENTS).filter((event) => event.startsWith("phx_"));
}

/** The event of a push: the protocol's own would end or garble the membership. */
export function checkPushEvent(value: string): void {
  checkEvent(value);
  if (!RESERVED.includes(value)) return;
  throw new OptionError(
    "event",
    value,
    `none of ${RESERVED.join(", ")}, which belong to the protocol. Use join() and leave()`,
  );
}

/** A close frame holds 125 bytes, two of which are the code (RFC 6455 5.5). */
const MAX_CLOSE_REASON = 123;

export function checkCloseReason(option: string, reason: string): void {
  const bytes = typeof reason === "string" ? new TextEncoder().encode(reason).length : Infinity;
  if (bytes <= MAX_CLOSE_REASON) return;
  throw new OptionError(option, reason, `a text of at most ${MAX_CLOSE_REASON} bytes`);
}

/** RFC 9110 5.6.2 and 5.5: what may stand in a header. Others would fail each dial, for ever. */
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

export function checkHeaders(headers: unknown): void {
  if (!isPlainObject(headers)) throw new OptionError("headers", headers, "a plain object of texts");
  for (const [name, value] of Object.entries(headers)) {
    if (!HEADER_NAME.test(name)) {
      throw new OptionError("headers", headers, "an object whose names are those of HTTP headers");
    }
    if (typeof value !== "string" || !HEADER_VALUE.test(value)) {
      const accepts = "a text of one line, without control characters, in Latin-1";
      throw new OptionError(`headers.${name}`, value, accepts);
    }
  }
}
