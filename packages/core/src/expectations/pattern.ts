// Partial matching: what a test says about a topic, an event or a payload, and where a value differs
// from it. Values come from the wire, so they are JSON values or bytes, and are trusted in nothing.
import { isBinary } from "../serializer/payload.ts";
import { print, printKey } from "./print.ts";

/** Takes any function of one argument, whatever type the test gives that. */
export type Predicate = { is(value: unknown): unknown }["is"];

/**
 * What a test expects of a value:
 * - a RegExp: a text in which it is found;
 * - a function: whatever it returns something truthy for;
 * - a matcher of your runner's (`expect.any(Number)`): whatever it accepts;
 * - bytes: the same bytes;
 * - an array: as many elements, each as expected;
 * - any other object: what has these members, each as expected, and any others;
 * - anything else: the same value.
 *
 * Dates and whatever else has a `toJSON` are compared as they travel.
 */
export type Pattern = unknown;

interface Matcher {
  asymmetricMatch(value: unknown): boolean;
}

/** Where and how `value` differs from what is expected, as the end of a sentence; null if it does not. */
export function difference(pattern: Pattern, value: unknown, path: string = ""): string | null {
  const at = path === "" ? "" : `at ${path} `;
  const expected = (): string => `${at}expected ${print(pattern)}, got ${print(value)}`;
  if (typeof pattern === "function") return (pattern as Predicate)(value) ? null : expected();
  if (typeof pattern !== "object" || pattern === null) {
    return Object.is(pattern, value) ? null : expected();
  }
  if (pattern instanceof RegExp) return found(pattern, value) ? null : expected();
  if (isMatcher(pattern)) return pattern.asymmetricMatch(value) ? null : expected();
  if (isBinary(pattern)) return sameBytes(pattern, value) ? null : expected();
  if ("toJSON" in pattern && typeof pattern.toJSON === "function") {
    return difference((pattern.toJSON as () => unknown)(), value, path);
  }
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
