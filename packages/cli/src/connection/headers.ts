// Headers as they are given on a command line.
import { UsageError } from "../command.ts";

/** @param lines each "Name: value". @throws {UsageError} which repeats none of them: they may hold secrets. */
export function readHeaders(lines: readonly string[]): Readonly<Record<string, string>> {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name, value] = /^([\w!#$%&'*+.^`|~-]+):\s*([^\r\n]*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) {
      throw new UsageError("--header must be a name and a value: --header 'X-Api-Key: …'.");
    }
    headers.set(name, value);
  }
  return Object.fromEntries(headers);
}
