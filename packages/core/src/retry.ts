// When to try again: policies are functions from what happened to a delay, or to giving up.
import type { ChannelEndReason, EndReason } from "./end-reason.ts";
import type { Random } from "./random.ts";

/** What a policy decides on. */
export interface Retry<Cause> {
  /** 0 for the first retry. Counts from 0 again after `STABLE_AFTER` ms of success. */
  readonly attempt: number;
  readonly cause: Cause;
  /** Whether this has ever worked: a first join and a rejoin may be treated in different ways. */
  readonly again: boolean;
  readonly random: Random;
}

/**
 * Ms from 0 to wait before the next attempt, Infinity to wait for the program's word, or false to
 * give up. Must not throw, and must not have effects.
 */
export type RetryPolicy<Cause> = (retry: Retry<Cause>) => number | false;

/** A connection or membership that lasted this many ms makes its attempts count from 0 again. */
export const STABLE_AFTER = 10_000;

/**
 * So many refusals of credentials in a row, each of others than before, are the end: whoever signs a
 * new token each time would be refused for ever.
 */
export const MAX_REFUSALS = 5;

const FIRST = 1_000;
const CAP = 30_000;

/** The delays with which Slipstream for Elixir reconnects, in ms. The last one repeats. */
export const SLIPSTREAM_RECONNECT: readonly number[] = [
  10, 50, 100, 150, 200, 250, 500, 1_000, 2_000, 5_000,
];

/** The delays with which Slipstream for Elixir rejoins, in ms. The last one repeats. */
export const SLIPSTREAM_REJOIN: readonly number[] = [100, 500, 1_000, 2_000, 5_000, 10_000];

/** The delays with which phoenix.js reconnects, in ms. The last one repeats. */
export const PHOENIX_RECONNECT: readonly number[] = SLIPSTREAM_RECONNECT;

/** The delays with which phoenix.js rejoins, in ms. The last one repeats. */
export const PHOENIX_REJOIN: readonly number[] = [1_000, 2_000, 5_000, 10_000];

/**
 * The default delay: at random within 1 s at first, then at random in the upper half of a cap that
 * doubles from 2 s to 30 s, so that thousands of clients that lost one server do not return as one.
 *
 * @param attempt 0 for the first retry.
 * @returns ms.
 *
 * @example
 * ```ts
 * const reconnect: RetryPolicy<EndReason> = ({ attempt, cause, random }) =>
 *   mayReconnect(cause) && backoff(attempt, random);
 * ```
 */
export function backoff(attempt: number, random: Random): number {
  if (attempt === 0) return random() * FIRST;
  const cap = Math.min(CAP, FIRST * 2 ** attempt);
  return cap / 2 + random() * (cap / 2);
}

/**
 * The delay of a table: its `attempt`-th entry, the last one repeating.
 *
 * @param table delays in ms; an empty one is no delay.
 * @param attempt 0 for the first retry.
 * @param jitter how much of the delay is random, from 0 (none) to 1 (all of it).
 * @returns ms.
 *
 * @example
 * ```ts
 * const rejoin: RetryPolicy<ChannelEndReason> = ({ attempt, random }) =>
 *   tableDelay(PHOENIX_REJOIN, attempt, 0.5, random); // 500 to 1,000 ms, 1,000 to 2,000 ms, ...
 * ```
 */
export function tableDelay(
  table: readonly number[],
  attempt: number,
  jitter: number,
  random: Random,
): number {
  const delay = table[Math.min(attempt, table.length - 1)] ?? 0;
  return delay * (1 - jitter * random());
}

/** Whether the server refused the credentials, in an answer whose status can be seen. */
export function refusesCredentials(cause: EndReason): boolean {
  return cause.type === "upgradeRejected" && (cause.status === 401 || cause.status === 403);
}

/** Whether the default is to connect again after `cause`. Credentials that were refused are compared later. */
export function mayReconnect(cause: EndReason): boolean {
  return cause.type !== "requested" && cause.type !== "ownerGone";
}

/**
 * Whether the default is to join again. A refusal is the server's word and stands; a first join
 * that was never answered is told to whoever waits for it rather than tried again behind its back.
 */
export function mayRejoin({ cause, again }: Retry<ChannelEndReason>): boolean {
  return cause.type === "disconnected" || (again && !FINAL.has(cause.type));
}

const FINAL: ReadonlySet<string> = new Set(["refused", "unsendable", "duplicate"]);
