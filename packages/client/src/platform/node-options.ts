// Options that Node has and other platforms have not. They are refused in every build: a program that
// goes on without its proxy, its certificate or its headers is another than was written.
import { OptionError } from "../errors.ts";
import { ACCEPTED } from "../sentences.ts";

/** What only Node has: it owns TCP. */
const NODE_OPTIONS: readonly string[] = ["agent", "tls", "socketPath", "compress"];

/**
 * @param others further options that mean nothing here.
 * @throws {OptionError} naming the first that is given.
 */
export function refuseNodeOptions(options: object, others: readonly string[] = []): void {
  for (const name of [...NODE_OPTIONS, ...others]) {
    const value: unknown = (options as Readonly<Record<string, unknown>> | null)?.[name];
    if (value !== undefined) throw new OptionError(name, value, ACCEPTED.elsewhere);
  }
}
