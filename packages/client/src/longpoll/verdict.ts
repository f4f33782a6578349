// What is known of the WebSockets of one host, what is learned from each connection, and which transport
// an attempt begins with. Pure: time is an argument, in ms since 1970.
import type { TransportClosed } from "../transport.ts";

/** Nothing is known of a host that has none. */
export interface Verdict {
  /** How many attempts by WebSocket in a row have not worked, up to `failures`. */
  readonly strikes: number;
  /** Until when long polling goes first; 0 for not at all. */
  readonly until: number;
}

export interface Rules {
  /** So many failures in a row speak against WebSockets. */
  readonly failures: number;
  /** For how long that is remembered, in ms. */
  readonly expiry: number;
}

export type Choice = "webSocket" | "longPoll";

/** A connection either worked, since the server answered a message over it, or it did not. */
export interface Lesson {
  readonly by: Choice;
  readonly worked: boolean;
}

export const NOTHING_KNOWN: Verdict = { strikes: 0, until: 0 };

/** What is tried first. The other one comes second, where the first does not open. */
export function choose({ strikes, until }: Verdict, { failures }: Rules, now: number): Choice {
  return now < until || strikes >= failures ? "longPoll" : "webSocket";
}

/**
 * What is known after a connection has worked, or has ended without having worked. Long polling is
 * remembered only once it has worked where WebSockets have not: a server that is away fails by both.
 */
export function learn(
  verdict: Verdict,
  { by, worked }: Lesson,
  rules: Rules,
  now: number,
): Verdict {
  const { strikes, until } = verdict;
  if (by === "webSocket") {
    if (worked) return NOTHING_KNOWN;
    return { strikes: Math.min(strikes + 1, rules.failures), until };
  }
  // It does no better: WebSockets have their turn again.
  if (!worked) return NOTHING_KNOWN;
  // What is remembered is not renewed, so that WebSockets are tried again in the end.
  if (now < until || strikes < rules.failures) return verdict;
  return { strikes: 0, until: now + rules.expiry };
}

/** What Node says where nobody is there to be connected to, by whatever transport. */
const AWAY: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "EHOSTDOWN",
  "ENETUNREACH",
  "ENETDOWN",
  "EADDRNOTAVAIL",
]);

/** What a server, or what stands before it, answers while it is busy or being restarted. */
const BUSY: ReadonlySet<number> = new Set([429, 500, 502, 503, 504]);

/**
 * Whether a dial that failed may have failed because of how it was made. Where the server is away, the
 * other transport would fail as well, and the server be asked twice as often.
 */
export function mayBeBlocked({ rejected, error }: TransportClosed): boolean {
  if (rejected?.status !== undefined) return !BUSY.has(rejected.status);
  const cause = error?.cause;
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  return typeof code !== "string" || !AWAY.has(code);
}
