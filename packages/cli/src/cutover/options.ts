// The options of `cutover`, read and checked.
import { BOUNDS, CLIENTS, CUTOVER_DEFAULTS, isClientName } from "@slipstream/lab";
import type { Bounds, ClientName, CutoverOptions } from "@slipstream/lab";
import {
  nearest,
  optionsHelp,
  readOptions,
  UsageError,
  wholeNumber,
  type OptionHelp,
} from "../command.ts";
import { EXIT_HELP } from "../exit-codes.ts";

const OPTIONS = {
  from: { value: "CLIENT", text: "the client before the cutover (imitation if left out)" },
  to: { value: "CLIENT", text: "the client after it (slipstream if left out)" },
  seconds: {
    value: "N",
    text: "how long one order of the two runs, 8 to 86400 (60 if left out);\nthe cutover is in the middle",
  },
  orders: {
    value: "WHICH",
    text: "both (if left out): then the other order too, against a fresh server;\nor given",
  },
  bounds: {
    value: "WHICH",
    text: "of our server. on (if left out): short ones, which show within a run;\ndefault: those that it comes with; off: none, which shows the fault",
  },
  url: {
    value: "URL",
    text: "a server of this machine in place of ours, which answers GET /stats:\ninterop's Phoenix app, or npm run interop:server",
  },
  rate: { value: "N", text: "lives that begin in a second, up to 200 (15 if left out)" },
  seed: { value: "N", text: "decides how long each life is and what it asks for (1 if left out)" },
  json: { value: "FILE", text: "each look and the result as lines of JSON; - for standard output" },
  html: { value: "FILE", text: "the report: one page that needs no network" },
  svg: { value: "FILE", text: "the graph alone, as a picture" },
  help: { text: "this text" },
} as const satisfies Record<string, OptionHelp>;

const clientLines = [...CLIENTS].map(([name, what]) => `  ${name.padEnd(24)}${what}`).join("\n");

export const CUTOVER_HELP: string = `Usage: slipstream cutover [--from CLIENT] [--to CLIENT] [options]

Runs the same rough work through one client and, from the cutover on, through
another: short-lived clients that connect, join, take pages of hundreds of KB
while the server floods them with changes, and leave or vanish. It counts how
connections end, and zombies: connections that are still held 2 s after their
owner's last word, by the server or in the kernel's table.

${optionsHelp(OPTIONS)}

Clients:
${clientLines}

The last line of --json has \`before\` and \`after\`, each with \`endsByReason\`,
\`zombiesPeak\`, \`zombiesAtEnd\`, \`memoryPeak\` (bytes) and \`heldUp\` (ms in which the
process got no turn), of that phase's client.

Examples:
  slipstream cutover --html cutover.html
  slipstream cutover --from imitation --to slipstream --seconds 40 --json out.jsonl --html out.html
  slipstream cutover --from imitation-unread --to slipstream --bounds off
  slipstream cutover --from phoenix-undici --to slipstream --seconds 3600 --html soak.html
  slipstream cutover --url ws://127.0.0.1:4100/socket

${EXIT_HELP}`;

/** Where results are written; null for nowhere. */
export interface CutoverFiles {
  readonly json: string | null;
  readonly html: string | null;
  readonly svg: string | null;
}

export interface CutoverCommand {
  readonly options: CutoverOptions;
  readonly files: CutoverFiles;
}

/** Null if help was asked for. @throws {UsageError} */
export function readCutoverOptions(args: readonly string[]): CutoverCommand | null {
  const given = readOptions(args, OPTIONS);
  if (given.has("help")) return null;
  const number = (name: "seconds" | "rate" | "seed", min: number, max: number): number =>
    wholeNumber(name, given.value(name), { min, max, otherwise: CUTOVER_DEFAULTS[name] });
  return {
    options: {
      from: client("from", given.value("from") ?? CUTOVER_DEFAULTS.from),
      to: client("to", given.value("to") ?? CUTOVER_DEFAULTS.to),
      seconds: number("seconds", 8, 86_400),
      orders: oneOf("orders", given.value("orders") ?? CUTOVER_DEFAULTS.orders, ["both", "given"]),
      bounds: oneOf<Bounds>("bounds", given.value("bounds") ?? CUTOVER_DEFAULTS.bounds, BOUNDS),
      rate: number("rate", 1, 200),
      seed: number("seed", 0, 2 ** 31 - 1),
      url: socketUrl(given.value("url")),
    },
    files: {
      json: given.value("json") ?? null,
      html: given.value("html") ?? null,
      svg: given.value("svg") ?? null,
    },
  };
}

function client(option: string, name: string): ClientName {
  if (isClientName(name)) return name;
  const near = nearest(name, [...CLIENTS.keys()]);
  throw new UsageError(
    `--${option}: there is no client "${name}".${near === undefined ? "" : ` Did you mean ${near}?`} There are: ${[...CLIENTS.keys()].join(", ")}.`,
  );
}

function oneOf<Name extends string>(option: string, name: string, names: readonly Name[]): Name {
  const found = names.find((one) => one === name);
  if (found !== undefined) return found;
  throw new UsageError(`--${option} must be one of ${names.join(", ")}, and "${name}" is not.`);
}

function socketUrl(url: string | undefined): string | null {
  if (url === undefined) return null;
  const { protocol, username, password, search } = new URL(URL.canParse(url) ? url : "about:blank");
  if (protocol === "ws:" && username + password + search === "") return url;
  if (protocol === "ws:") {
    throw new UsageError(
      "--url must have no user, password or query, since the report tells it: --url ws://127.0.0.1:4100/socket.",
    );
  }
  throw new UsageError("--url must be a ws:// address: --url ws://127.0.0.1:4100/socket.");
}
