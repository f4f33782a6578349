// The options of `listen`, read and checked.
import { optionsHelp, readOptions, UsageError, type OptionHelp } from "../command.ts";
import {
  CONNECTION_OPTIONS,
  readConnection,
  readJson,
  type Connection,
} from "../connection/options.ts";
import { EXIT_HELP } from "../exit-codes.ts";

const OPTIONS = {
  ...CONNECTION_OPTIONS,
  topic: { value: "TOPIC", multiple: true, text: "a topic to join; may be given several times" },
  params: { value: "JSON", text: "sent with the join ({} if left out)" },
  presence: {
    text: "who is present as a table, whenever that changes, in place of the\nmessages that tell of it",
  },
  json: { text: "each message as one JSON object per line" },
  help: { text: "this text" },
} as const satisfies Record<string, OptionHelp>;

export const LISTEN_HELP: string = `Usage: slipstream listen --url URL --topic TOPIC [options]
       npm start -- --url URL --topic TOPIC [options]

Connects to any Phoenix socket, joins, and prints each message as one line. What
becomes of the connection goes to standard error. After a lost connection it
comes back by itself. Ctrl-C leaves the topics and closes the connection, and
says how that went; a second Ctrl-C resets it.

${optionsHelp(OPTIONS)}

Examples:
  slipstream listen --url ws://localhost:4000/socket --topic room:lobby
  slipstream listen --url wss://example.org/socket --topic room:1 --topic room:2 \\
    --params '{"since": 7}' --socket-params '{"user_token": "…"}'
  slipstream listen --url ws://localhost:4000/socket --topic room:lobby --json | jq .payload
  slipstream listen --url ws://localhost:4000/socket --topic room:lobby --presence

${EXIT_HELP}`;

export interface ListenOptions {
  readonly connection: Connection;
  readonly topics: readonly string[];
  /** A JSON value. */
  readonly params: unknown;
  readonly presence: boolean;
  readonly json: boolean;
}

/** Null if help was asked for. @throws {UsageError} */
export function readListenOptions(args: readonly string[]): ListenOptions | null {
  const given = readOptions(args, OPTIONS);
  if (given.has("help")) return null;
  const topics = [...new Set(given.values("topic"))];
  if (topics.length === 0 || topics.includes("")) {
    throw new UsageError("Name what to join: --topic room:lobby. See --help.");
  }
  return {
    connection: readConnection(given),
    topics,
    params: readJson(given, "params", '{"user": 1}') ?? {},
    presence: given.has("presence"),
    json: given.has("json"),
  };
}
