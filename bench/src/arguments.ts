// Reading the command line of the bench.
import { parseArgs } from "node:util";
import type { Size } from "./bench.ts";
import { benchNames } from "./benches/index.ts";
import { TRANSPORTS } from "./transports/run.ts";

/** The benches, and the close matrix, which has no figures. */
const NAMES: readonly string[] = [...benchNames, TRANSPORTS];

export const USAGE: string = `Usage: npm run bench -- [options] [bench…]

Benches: ${NAMES.join(", ")}; all if none is named.

  --runs N   how many runs of each side count (9 if left out)
  --only T   of each bench, what has T in its name, such as "100 KB, 1,000 channels"
  --quick    one small run of each, to see that it works; its figures say nothing
  --json     a line of JSON for each side and case, and nothing else, on stdout
  --help     this text
`;

export type Arguments =
  | {
      readonly type: "measure";
      /** Names of benches, in the order in which they run. */
      readonly names: readonly string[];
      readonly runs: number;
      /** What the names of trials must contain; "" for all of them. */
      readonly only: string;
      readonly size: Size;
      readonly output: "tables" | "json";
    }
  | { readonly type: "help" }
  | { readonly type: "mistake"; readonly message: string };

const options = {
  runs: { type: "string" },
  only: { type: "string", default: "" },
  quick: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

export function readArguments(args: readonly string[]): Arguments {
  let parsed;
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    return { type: "mistake", message: error instanceof Error ? error.message : String(error) };
  }
  const { values, positionals } = parsed;
  if (values.help) return { type: "help" };
  const known = NAMES;
  const unknown = positionals.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    return {
      type: "mistake",
      message: `There is no bench ${unknown}. There are: ${known.join(", ")}.`,
    };
  }
  const runs = values.runs ?? (values.quick ? "1" : "9");
  if (!/^[1-9]\d{0,3}$/.test(runs)) {
    return { type: "mistake", message: "--runs must be a number from 1 to 9999." };
  }
  return {
    type: "measure",
    names: positionals.length === 0 ? known : known.filter((name) => positionals.includes(name)),
    runs: Number(runs),
    only: values.only,
    size: values.quick ? "quick" : "full",
    output: values.json ? "json" : "tables",
  };
}
