// Partial matching: what a test says about a topic, an event or a payload, and where a value differs
// from it. Values come from the wire, so they are JSON values or bytes, and are trusted in nothing.
import { isBinary } from "@slipstream/core";
import { print, printKey } from "./print.ts";

/** Takes any function of one argument, whatever type the test gives that. */
export type Predicate = { is(value: unknown): unknown }["is"];

/**
 * What a test expects of a value:
 * - a RegExp: a text in which it is found;
 * - a function: whatever it returns something truthy for, at once: a promise is refused;
 * - a matcher of your runner's (`expect.any(Number)`): whatever it accepts;
 * - bytes: the same bytes;
 * - an array: as many elements, each as expected;
 * - any other object: what has these members, each as expected, and any others;
 * - anything else: the same value.
 *
 * Dates and whatever else has a `toJSON` are compared as they travel. What has no JSON form, such as a
 * Map, a Set, a promise or an object whose members are all getters of its class, is refused with a
 * TypeError: it has no members, and would accept any object.
 */
export type Pattern = unknown;

interface Matcher {
  asymmetricMatch(value: unknown): unknown;
}

/** Where and how `value` differs from what is expected, as the end of a sentence; null if it does not. */
export function difference(pattern: Pattern, value: unknown, path: string = ""): string | null {
  const at = path === "" ? "" : `at ${path} `;
  const expected = (): string => `${at}expected ${print(pattern)}, got ${print(value)}`;
  if (typeof pattern === "function") {
    return accepted((pattern as Predicate)(value), pattern, at) ? null : expected();
  }
  if (typeof pattern !== "object" || pattern === null) {
    return Object.is(pattern, value) ? null : expected();
  }
  if (pattern instanceof RegExp) return found(pattern, value) ? null : expected();
  if (isMatcher(pattern)) {
    return accepted(pattern.asymmetricMatch(value), pattern, at) ? null : expected();
  }
  if (isBinary(pattern)) return sameBytes(pattern, value) ? null : expected();
  if ("toJSON" in pattern && typeof pattern.toJSON === "function") {
    return difference((pattern.toJSON as () => unknown)(), value, path);
  }
  refuseFormless(pattern, at);
  if (Array.isArray(pattern)) {
    if (!Array.isArray(value)) return expected();
    if (value.length !== pattern.length) {
      return `${at}expected ${count(pattern.length)}, got ${value.length}`;
    }
  } else if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return expected();
  }
  return memberDifference(pattern, value, path);
}

/** @throws {TypeError} for a promise, which would be truthy whatever it settles with. */
function accepted(answer: unknown, pattern: Pattern, at: string): boolean {
  if (typeof (answer as { then?: unknown } | null | undefined)?.then !== "function") {
    return Boolean(answer);
  }
  // Nobody looks at it any more; this failure is told in its place.
  void Promise.resolve(answer).catch(() => {});
  throw new TypeError(
    `The pattern ${at}(${print(pattern)}) returned a promise, which is truthy whatever it settles with. What judges a value must answer at once.`,
  );
}

/** @throws {TypeError} for an object without members that is no plain one. */
function refuseFormless(pattern: object, at: string): void {
  if (Array.isArray(pattern) || Object.keys(pattern).length > 0) return;
  const prototype: unknown = Object.getPrototypeOf(pattern);
  // A plain object, also one of another realm, as runners have them.
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return;
  const { name } = pattern.constructor;
  throw new TypeError(
    `The pattern ${at}is ${name === "" ? "an object of a class" : `an object of the class ${name}`} without a JSON form, and would accept any object. Write what travels, or a function.`,
  );
}

/** What is undefined in a pattern is not on the wire, or is undefined there. */
function memberDifference(pattern: object, value: object, path: string): string | null {
  for (const [key, expected] of Object.entries(pattern)) {
    const actual: unknown = Object.hasOwn(value, key)
      ? (value as Record<string, unknown>)[key]
      : undefined;
    const found = difference(expected, actual, path + printKey(key, Array.isArray(pattern)));
    if (found !== null) return found;
  }
  return null;
}

const count = (length: number): string => `${length} ${length === 1 ? "element" : "elements"}`;

/** A sticky or global RegExp remembers where it was; a copy does not. */
function found(pattern: RegExp, value: unknown): boolean {
  const flags = pattern.flags.replaceAll(/[gy]/g, "");
  return typeof value === "string" && new RegExp(pattern.source, flags).test(value);
}

/** What vitest, jest and others make of `expect.any(Number)` and its like. */
function isMatcher(pattern: object): pattern is Matcher {
  return "asymmetricMatch" in pattern && typeof pattern.asymmetricMatch === "function";
}

function sameBytes(pattern: ArrayBuffer | ArrayBufferView, value: unknown): boolean {
  if (!isBinary(value)) return false;
  const [one, other] = [bytesOf(pattern), bytesOf(value)];
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

function bytesOf(binary: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(binary)
    ? new Uint8Array(binary.buffer, binary.byteOffset, binary.byteLength)
    : new Uint8Array(binary);
}
