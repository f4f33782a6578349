// Where a session's requests go, and with which headers: made once from what is dialled with. Pure.
// Sources: Phoenix 1.7 `transports/long_poll.ex` for the path and the token's place, Phoenix 1.8 for
// the header of the auth token. Everything here holds secrets.
import type { DialRequest } from "../transport.ts";
import { toBase64 } from "./base64.ts";
import { LongPollError } from "./long-poll-error.ts";

/** Where the session's token travels: in the URL's query, or in a header that stays out of logs. */
export type TokenPlace = "query" | "header";

/** How Phoenix 1.8 is told the auth token by subprotocol; here it has a header of its own. */
const BEARER = "base64url.bearer.phx.";

/** What a header may hold (RFC 9110 5.5). */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** A server of ours then says more than Phoenix; others take it for what it begins with. */
const ACCEPT = "application/json;slipstream=1";
/** Such a server begins no session for a request of one that is over. */
const ACCEPT_IN_SESSION = `${ACCEPT};session=1`;

const SCHEME = /^(ws|http)s?:$/;

export interface Target {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** @throws {LongPollError} `invalid_url` or `unsendable_token` */
export function targetOf({ url, headers, protocols }: DialRequest): Target {
  // Node's own error would show the whole URL.
  const target = URL.canParse(url) ? new URL(url) : null;
  if (target === null || !SCHEME.test(target.protocol)) throw new LongPollError("invalid_url");
  target.protocol = target.protocol.replace("ws", "http");
  target.pathname = target.pathname.replace(/\/websocket(\/?)$/, "/longpoll$1");
  const authorization = basic(target);
  const token = protocols.find((protocol) => protocol.startsWith(BEARER))?.slice(BEARER.length);
  return {
    url: target.href,
    headers: {
      Accept: ACCEPT,
      ...(authorization !== null && { Authorization: authorization }),
      ...headers,
      ...(token !== undefined && { "X-Phoenix-AuthToken": headerValue(token) }),
    },
  };
}

/** Takes the user out of the URL, since `fetch` refuses it there, and returns the header that says the same. */
function basic(url: URL): string | null {
  const { username, password } = url;
  if (username === "" && password === "") return null;
  url.username = url.password = "";
  const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${toBase64(new TextEncoder().encode(user))}`;
}

/** The same for a session that has begun. */
export function withToken(begun: Target, token: string, place: TokenPlace): Target {
  const { url } = begun;
  const isOurs = begun.headers["Accept"] === ACCEPT;
  const headers = isOurs ? { ...begun.headers, Accept: ACCEPT_IN_SESSION } : begun.headers;
  if (place === "header") {
    return { url, headers: { ...headers, "X-Phoenix-Longpoll-Token": token } };
  }
  const target = new URL(url);
  target.searchParams.set("token", token);
  return { url: target.href, headers };
}

/** The bytes of the token, as a header carries them: each as the character of its number. */
function headerValue(base64url: string): string {
  const value = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  if (!HEADER_VALUE.test(value)) throw new LongPollError("unsendable_token");
  return value;
}
