// What the commands that connect have in common: where to, and as whom.
import { readFileSync } from "node:fs";
import type { Params } from "@slipstream/client";
import { UsageError, type OptionHelp, type ReadOptions } from "../command.ts";
import { readHeaders } from "./headers.ts";

/** The options that say where to connect, and as whom. */
export const CONNECTION_OPTIONS: Readonly<
  Record<"url" | "socket-params" | "token" | "header" | "ca", OptionHelp>
> = {
  url: { value: "URL", text: "the socket, as its `socket` macro names it: ws://host:4000/socket" },
  "socket-params": { value: "JSON", text: "sent with the connection: an object of texts" },
  token: {
    value: "TOKEN",
    text: "sent as Phoenix 1.8's auth token; SLIPSTREAM_TOKEN if left out,\nwhich other users of the machine cannot see",
  },
  header: {
    value: "'NAME: VALUE'",
    multiple: true,
    text: "sent with the upgrade; may be given several times",
  },
  ca: {
    value: "FILE",
    text: "certificates (PEM) to trust beside those that Node does, for wss:",
  },
};

export interface Connection {
  readonly url: string;
  readonly socketParams: Params;
  readonly token: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** PEM. */
  readonly ca: string | undefined;
}

/** @throws {UsageError} */
export function readConnection(
  given: ReadOptions,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Connection {
  const secret = env["SLIPSTREAM_TOKEN"];
  return {
    url: checkUrl(given.value("url")),
    socketParams: checkSocketParams(readJson(given, "socket-params", '{"user_token": "…"}')),
    token: given.value("token") ?? (secret === "" ? undefined : secret),
    headers: readHeaders(given.values("header")),
    ca: readCa(given.value("ca")),
  };
}

/** A topic, of an option that may be given once. @throws {UsageError} */
export function readTopic(given: ReadOptions): string {
  const topic = given.value("topic");
  if (topic === undefined || topic === "") {
    throw new UsageError("Name what to join: --topic room:lobby. See --help.");
  }
  return topic;
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

/** A JSON value of an option. What cannot be parsed may hold secrets, so it is not repeated. */
export function readJson(given: ReadOptions, name: string, example: string): unknown {
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

function readCa(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new UsageError(`--ca: ${path} cannot be read (${code}). Name a file of certificates.`, {
      cause,
    });
  }
  // Node passes over what is none without a word.
  if (/-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----/.test(text)) return text;
  throw new UsageError(
    `--ca: ${path} has no certificate in it. Name a file of certificates (PEM).`,
  );
}
