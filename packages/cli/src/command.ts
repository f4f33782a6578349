// What a command is, and how its options are read and explained. Commands themselves are elsewhere.
import { parseArgs, type ParseArgsConfig } from "node:util";
import type { ExitCode } from "./exit-codes.ts";

/** One option of a command. */
export interface OptionHelp {
  /** What stands for the value in the help, such as "N"; left out: a switch without a value. */
  readonly value?: string;
  readonly multiple?: boolean;
  readonly text: string;
}

export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** All that `--help` prints. */
  readonly help: string;
  run(args: readonly string[]): Promise<ExitCode>;
}

/** The command line cannot be understood. The message says what would be. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly code = "usage";
}

/** What was given: switches, single values, and lists. */
export interface ReadOptions {
  has(name: string): boolean;
  value(name: string): string | undefined;
  values(name: string): readonly string[];
}

/**
 * Reads the command line of a command that takes options and nothing else.
 * @throws {UsageError} naming what was not understood.
 */
export function readOptions(
  args: readonly string[],
  known: Readonly<Record<string, OptionHelp>>,
): ReadOptions {
  const options: NonNullable<ParseArgsConfig["options"]> = {};
  for (const [name, { value, multiple = false }] of Object.entries(known)) {
    options[name] = { type: value === undefined ? "boolean" : "string", multiple };
  }
  const given = parse(args, options, known);
  return {
    has: (name) => given.get(name) === true,
    value: (name) => {
      const value = given.get(name);
      return typeof value === "string" ? value : undefined;
    },
    values: (name) => [given.get(name) ?? []].flat().map(String),
  };
}

type Values = ReadonlyMap<string, string | boolean | (string | boolean)[] | undefined>;

function parse(
  args: readonly string[],
  options: NonNullable<ParseArgsConfig["options"]>,
  known: Readonly<Record<string, OptionHelp>>,
): Values {
  try {
    const { values } = parseArgs({ args: [...args], options, allowPositionals: false });
    return new Map(Object.entries(values));
  } catch (cause) {
    throw new UsageError(`${explain(cause, known)} See --help.`, { cause });
  }
}

function explain(cause: unknown, known: Readonly<Record<string, OptionHelp>>): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  const quoted = /'(-{0,2}[^' ]+)/.exec(message)?.[1] ?? "";
  const code = cause instanceof Error && "code" in cause ? cause.code : "";
  switch (code) {
    case "ERR_PARSE_ARGS_UNKNOWN_OPTION": {
      const near = nearest(quoted.replace(/^-+/, ""), Object.keys(known));
      return `There is no option ${quoted}.${near === undefined ? "" : ` Did you mean --${near}?`}`;
    }
    case "ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL":
      // Most often the rest of a value that was not quoted, which may be a secret: it is not repeated.
      return "A word that belongs to no option is not expected: a value follows its option, as in --rows 1000, and one with spaces or quotes is quoted for the shell.";
    default:
      return `${message.split("\n")[0]?.replace(/\.$/, "")}.`;
  }
}

/** The known name that takes the fewest edits, if that is few. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((one) => ({ one, distance: editDistance(name, one) }))
    .toSorted((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= Math.ceil(name.length / 3) ? best.one : undefined;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const substitution = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const others = Math.min(previous[column] ?? 0, current[column - 1] ?? 0) + 1;
      current.push(Math.min(substitution, others));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/** The options of a command, one per line, as `--help` shows them. */
export function optionsHelp(known: Readonly<Record<string, OptionHelp>>): string {
  const names = Object.entries(known).map(
    ([name, { value }]) => `--${name}${value === undefined ? "" : ` ${value}`}`,
  );
  const width = Math.max(...names.map((name) => name.length)) + 2;
  const indent = " ".repeat(width + 2);
  return Object.values(known)
    .flatMap(({ text }, index) => {
      const [first = "", ...others] = text.split("\n");
      const head = `  ${(names[index] ?? "").padEnd(width)}${first}`;
      return [head, ...others.map((line) => indent + line)];
    })
    .join("\n");
}

/** A whole number of an option. @throws {UsageError} */
export function wholeNumber(
  name: string,
  text: string | undefined,
  {
    min,
    max,
    otherwise,
  }: { readonly min: number; readonly max: number; readonly otherwise: number },
): number {
  if (text === undefined) return otherwise;
  const number = Number(text.replaceAll("_", ""));
  if (/^[\d_]+$/.test(text) && number >= min && number <= max) return number;
  throw new UsageError(
    `--${name} must be a whole number from ${min} to ${max}, and "${text}" is not one.`,
  );
}
