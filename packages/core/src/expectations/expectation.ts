// What a test expects of what it tests, put into words and made of patterns.
import { difference, type Pattern } from "./pattern.ts";
import { print } from "./print.ts";

/** What is expected, in words, and how an item is found to be it. */
export interface Expectation<T, U extends T> {
  /** Completes "Expected …". */
  readonly what: string;
  /** Whether an item is of the kind that is expected. */
  readonly isOfKind: (item: T) => item is U;
  /** How an item of that kind differs, as the end of a sentence; null if it does not. */
  readonly difference: (item: U) => string | null;
}

/** A pattern in words, after a word that says of what. Left out, it accepts everything, and is not spoken of. */
export function said(word: string, pattern: Pattern): string {
  return pattern === undefined ? "" : `${word} ${print(pattern)}`;
}

/** The first difference among named parts; null if each is as expected. */
export function firstDifference(
  parts: readonly (readonly [name: string, pattern: Pattern, value: unknown])[],
): string | null {
  for (const [name, pattern, value] of parts) {
    if (pattern === undefined) continue;
    const found = difference(pattern, value, name);
    if (found !== null) return found;
  }
  return null;
}
