// The options of `join`, read and checked.
import { optionsHelp, readOptions, type OptionHelp } from "../command.ts";
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
  presence: { text: "who is present as a table, whenever that changes" },
  json: { text: "what comes as one JSON object per line" },
  help: { text: "this text" },
} as const satisfies Record<string, OptionHelp>;

export const JOIN_HELP: string = `Usage: slipstream join --url URL --topic TOPIC [options]

Joins a channel and talks with it: prints the server's answer and each message,
and pushes what you type, an event and a JSON payload: new_msg {"body": "hi"}.
When standard input ends (Ctrl-D) it waits for the replies, leaves and disconnects;
so with nothing to say it shows whether a channel can be joined.

${optionsHelp(OPTIONS)}

Examples:
  slipstream join --url ws://localhost:4000/socket --topic room:lobby
  slipstream join --url ws://localhost:4000/socket --topic room:lobby </dev/null
  slipstream join --url ws://localhost:4000/socket --topic room:lobby --presence
  echo 'new_msg {"body": "hi"}' | slipstream join --url ws://localhost:4000/socket --topic room:1

${EXIT_HELP}`;

export interface JoinOptions {
  readonly connection: Connection;
  readonly topic: string;
  readonly params: unknown;
  readonly presence: boolean;
  readonly json: boolean;
}

/** Null if help was asked for. @throws {UsageError} */
export function readJoinOptions(args: readonly string[]): JoinOptions | null {
  const given = readOptions(args, OPTIONS);
  if (given.has("help")) return null;
  return {
    connection: readConnection(given),
    topic: readTopic(given),
    params: readJson(given, "params", '{"user": 1}') ?? {},
    presence: given.has("presence"),
    json: given.has("json"),
  };
}
