// What the headers of a request of long polling say.
import type { IncomingMessage } from "node:http";
import type { ConnectParams } from "../handshake/connect-params.ts";

/**
 * How a client of ours says in its Accept header, by a parameter that pages may send, that it understands
 * more than Phoenix says. To all others everything is said to the letter.
 */
const OURS = /;\s*slipstream=1\b/;

/**
 * How such a client says that the token is a session's, and not a parameter of its program's. A poll
 * that comes after its session's end, as the one that was given up on does when the DELETE overtakes
 * it, then begins no session that nobody would know of.
 */
const IN_SESSION = /;\s*session=1\b/;

/** Newer clients keep the token out of the URL. */
export function tokenOf(request: IncomingMessage, params: ConnectParams): string | null {
  const { token } = params;
  return header(request, "x-phoenix-longpoll-token") ?? (typeof token === "string" ? token : null);
}

/** Node takes each byte of a header for a character; a token is a text like any other. */
export function authTokenOf(request: IncomingMessage): string | null {
  const value = header(request, "x-phoenix-authtoken");
  return value === null ? null : Buffer.from(value, "latin1").toString("utf8");
}

/** Is the body a message on each line? */
export function isBatch(request: IncomingMessage): boolean {
  return /^application\/x-ndjson\b/i.test(header(request, "content-type") ?? "");
}

export function isOurs(request: IncomingMessage): boolean {
  return OURS.test(accept(request));
}

export function isInSession(request: IncomingMessage): boolean {
  return isOurs(request) && IN_SESSION.test(accept(request));
}

function accept(request: IncomingMessage): string {
  return header(request, "accept") ?? "";
}

function header(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  return typeof value === "string" ? value : null;
}
