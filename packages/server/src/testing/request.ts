// The request for a WebSocket that a client would send, without the sending.
import { randomBytes } from "node:crypto";
import { CHANNELS_PROTOCOL } from "../handshake/auth-token.ts";
import type { Requested } from "../handshake/connect-request.ts";

/** What a query can say. What is undefined is left out. */
export type QueryValue =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly QueryValue[]
  | { readonly [name: string]: QueryValue };

/** What a client connects with. */
export interface ConnectOptions {
  /** The query of the URL. Objects and arrays nest, as phoenix.js nests them: `a[b]=c`, `l[]=1`. */
  readonly params?: Readonly<Record<string, QueryValue>>;
  /** An `origin`, for example, or what a proxy adds. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as newer clients send it: as a subprotocol. */
  readonly authToken?: string;
  /** Where it comes from. Default: 127.0.0.1. */
  readonly address?: string;
  /** How long assertions wait, in ms of the real clock. Default: 2,000. */
  readonly timeout?: number;
}

export function upgradeRequest(
  path: string,
  { params = {}, headers = {}, authToken, address = "127.0.0.1" }: ConnectOptions,
): Requested & { readonly method: "GET" } {
  const query = new URLSearchParams({ vsn: "2.0.0" });
  for (const [name, value] of Object.entries(params)) append(query, name, value);
  const given = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  const token = authToken === undefined ? null : Buffer.from(authToken).toString("base64url");
  return {
    method: "GET",
    url: `${path}/websocket?${query.toString()}`,
    headers: {
      host: "localhost",
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": randomBytes(16).toString("base64"),
      ...(token === null
        ? {}
        : { "sec-websocket-protocol": `${CHANNELS_PROTOCOL}, base64url.bearer.phx.${token}` }),
      ...Object.fromEntries(given),
    },
    socket: { remoteAddress: address, remotePort: 0 },
  };
}

function append(query: URLSearchParams, name: string, value: QueryValue): void {
  if (value === undefined) return;
  if (typeof value !== "object" || value === null) return query.append(name, String(value));
  for (const [key, inner] of Object.entries<QueryValue>(value)) {
    append(query, Array.isArray(value) ? `${name}[]` : `${name}[${key}]`, inner);
  }
}
