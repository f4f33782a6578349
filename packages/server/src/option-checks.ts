// The checks that options of all kinds share. What is misspelt would otherwise do nothing, in silence:
// a server whose `connect` has another name lets everybody in.
import { OptionError } from "./errors.ts";

/** @throws {OptionError} No object of options. */
function checkRecord(option: string, value: unknown): void {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return;
  throw new OptionError(option, value, "an object");
}

/** @throws {OptionError} An option that there is not, unless it is undefined. */
export function checkKnown(options: object, known: readonly string[]): void {
  checkRecord("options", options);
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && !known.includes(name)) throw OptionError.unknown(name, known);
  }
}
