// Reading the command line of the soak.
import { parseArgs } from "node:util";

export const USAGE = `Usage: npm run soak -- [options]

  --seconds N   how long it runs (60 if left out)
  --hours N     the same in hours; may be a fraction
  --seed N      which soak: a seed tells every decision (a random one if left out)
  --clients N   how many clients at once (16 if left out)
  --help        this text
`;

export type Arguments =
  | {
      readonly type: "soak";
      readonly seconds: number;
      readonly seed: number;
      readonly clients: number;
    }
  | { readonly type: "help" }
  | { readonly type: "mistake"; readonly message: string };

const options = {
  seconds: { type: "string" },
  hours: { type: "string" },
  seed: { type: "string" },
  clients: { type: "string" },
  help: { type: "boolean", default: false },
} as const;

/** @param randomSeed taken if none is given. */
export function readArguments(args: readonly string[], randomSeed: number): Arguments {
  let parsed;
  try {
    parsed = parseArgs({ args: [...args], options });
  } catch (error) {
    return { type: "mistake", message: error instanceof Error ? error.message : String(error) };
  }
  const { values } = parsed;
  if (values.help) return { type: "help" };
  if (values.seconds !== undefined && values.hours !== undefined) {
    return { type: "mistake", message: "Give --seconds or --hours, not both." };
  }
  const hours = values.hours === undefined ? undefined : Number(values.hours);
  const seconds = hours === undefined ? Number(values.seconds ?? "60") : hours * 3_600;
  const seed = Number(values.seed ?? randomSeed);
  const clients = Number(values.clients ?? "16");
  if (!(seconds > 0 && seconds < 1e7)) {
    return { type: "mistake", message: "--seconds and --hours must be numbers above 0." };
  }
  if (!Number.isSafeInteger(seed)) {
    return { type: "mistake", message: "--seed must be a whole number." };
  }
  if (!(Number.isInteger(clients) && clients >= 1 && clients <= 1_000)) {
    return { type: "mistake", message: "--clients must be a whole number from 1 to 1000." };
  }
  return { type: "soak", seconds, seed, clients };
}
