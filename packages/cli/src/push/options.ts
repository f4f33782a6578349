// The options of `push`, read and checked.
import { optionsHelp, readOptions, UsageError, wholeNumber, type OptionHelp } from "../command.ts";
import {
  CONNECTION_OPTIONS,
  readConnection,
  readJson,
  readTopic,
  type Connection,
} from "../connection/options.ts";
import { EXIT_HELP } from "../exit-codes.ts";

const OPTIONS = {
  ...CONNECTION_OPTIONS,
  topic: { value: "TOPIC", text: "the topic to join" },
  params: { value: "JSON", text: "sent with the join ({} if left out)" },
  event: { value: "EVENT", text: "the event to push" },
  payload: { value: "JSON", text: "what is pushed once; left out: lines of standard input" },
  "no-reply": { text: "wait for no replies: done when all was sent" },
  timeout: { value: "N", text: "seconds that each reply may take (10 if left out)" },
  json: { text: "each reply as one JSON object per line" },
  help: { text: "this text" },
} as const satisfies Record<string, OptionHelp>;

export const PUSH_HELP: string = `Usage: slipstream push --url URL --topic TOPIC [--event EVENT] [options]

Connects to any Phoenix socket, joins, pushes, prints the replies in the order of
the pushes, leaves and disconnects. Without --payload each line of standard input
is pushed: with --event as its payload, and otherwise as an object with \`event\`
and \`payload\`, as \`listen --json\` prints them.

${optionsHelp(OPTIONS)}

Examples:
  slipstream push --url ws://localhost:4000/socket --topic room:lobby \\
    --event new_msg --payload '{"body": "hi"}'
  jq -c .rows[] rows.json | slipstream push --url ws://localhost:4000/socket \\
    --topic import --event row
  slipstream listen --url ws://a/socket --topic room:1 --json | \\
    slipstream push --url ws://b/socket --topic room:1 --no-reply

${EXIT_HELP}`;

export interface PushOptions {
  readonly connection: Connection;
  readonly topic: string;
  readonly params: unknown;
  readonly event: string | null;
  /** Undefined: lines of standard input. */
  readonly payload: unknown;
  readonly expects: "reply" | "none";
  /** Ms. */
  readonly timeout: number;
  readonly json: boolean;
}

/** Null if help was asked for. @throws {UsageError} */
export function readPushOptions(args: readonly string[]): PushOptions | null {
  const given = readOptions(args, OPTIONS);
  if (given.has("help")) return null;
  const event = given.value("event") ?? null;
  const payload = readJson(given, "payload", '{"body": "hi"}');
  if (event === null && payload !== undefined) {
    throw new UsageError("Name the event of --payload: --event new_msg. See --help.");
  }
  return {
    connection: readConnection(given),
    topic: readTopic(given),
    params: readJson(given, "params", '{"user": 1}') ?? {},
    event,
    payload,
    expects: given.has("no-reply") ? "none" : "reply",
    timeout:
      wholeNumber("timeout", given.value("timeout"), { min: 1, max: 3_600, otherwise: 10 }) * 1_000,
    json: given.has("json"),
  };
}
