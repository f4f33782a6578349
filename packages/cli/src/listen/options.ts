// The options of `listen`, read and checked.
import type { Params } from "@slipstream/client";
import {
  optionsHelp,
  readOptions,
  UsageError,
  type OptionHelp,
  type ReadOptions,
} from "../command.ts";
import { EXIT_HELP } from "../exit-codes.ts";

const OPTIONS = {
  url: { value: "URL", text: "the socket, as its `socket` macro names it: ws://host:4000/socket" },
  topic: { value: "TOPIC", multiple: true, text: "a topic to join; may be given several times" },
  params: { value: "JSON", text: "sent with the join ({} if left out)" },
  "socket-params": { value: "JSON", text: "sent with the connection: an object of texts" },
  token: { value: "TOKEN", text: "sent as Phoenix 1.8's auth token" },
  header: {
    value: "'NAME: VALUE'",
    multiple: true,
    text: "sent with the upgrade; may be given several times",
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

${EXIT_HELP}`;

export interface ListenOptions {
  readonly url: string;
  readonly topics: readonly string[];
  /** A JSON value. */
  readonly params: unknown;
  readonly socketParams: Params;
  readonly token: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
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
    url: checkUrl(given.value("url")),
    topics,
    params: json(given, "params", '{"user": 1}') ?? {},
    socketParams: checkSocketParams(json(given, "socket-params", '{"user_token": "…"}')),
    token: given.value("token"),
    headers: checkHeaders(given.values("header")),
    json: given.has("json"),
  };
}

const URL_EXAMPLE = "--url ws://localhost:4000/socket";

function checkUrl(url: string | undefined): string {
  if (url === undefined) throw new UsageError(`Name the server: ${URL_EXAMPLE}. See --help.`);
  const scheme = /^([a-z][a-z\d+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase();
  if (!URL.canParse(url) || !["ws", "wss", "http", "https"].includes(scheme ?? "")) {
    throw new UsageError(
      `--url must be an address that begins with ws:// or wss://: ${URL_EXAMPLE}.`,
    );
  }
  return url.replace(/^http/i, "ws");
}

/** What cannot be parsed may hold secrets, so it is not repeated. */
function json(given: ReadOptions, name: string, example: string): unknown {
  const text = given.value(name);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new UsageError(
      `--${name} is not valid JSON. Quote it for the shell: --${name} '${example}'.`,
    );
  }
}

function checkSocketParams(params: unknown): Params {
  if (params === undefined) return {};
  if (typeof params === "object" && params !== null && !Array.isArray(params))
    return params as Params;
  throw new UsageError(`--socket-params must be an object: --socket-params '{"user_token": "…"}'.`);
}

function checkHeaders(lines: readonly string[]): Readonly<Record<string, string>> {
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
