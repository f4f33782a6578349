// How the socket of one life is set up, and what its credentials do each time they are asked for.
import type { Dice } from "./dice.ts";

export interface LifeOptions {
  readonly connectTimeout: number;
  readonly joinTimeout: number;
  readonly closeTimeout: number;
  readonly heartbeat: { readonly interval: number; readonly timeout: number } | false;
  readonly maxQueued: number;
  readonly maxPayload: number;
  readonly serializer: "V1" | "V2";
  readonly reconnect: RetryKind;
  readonly rejoin: RetryKind;
  readonly jitter: number;
}

export type RetryKind = "default" | "never" | "table" | "function" | "broken";

/** What a function for the credentials does. */
export type CredentialsMood =
  | "good"
  | "goodLater"
  /** The server refuses the token with 403. */
  | "expired"
  /** The same token as before, so that after a refusal there is nothing to try. */
  | "unchanged"
  | "throws"
  | "rejects"
  | "tooLate"
  /** The server's connect throws, is slow, or never answers. */
  | "serverThrows"
  | "serverSlow"
  | "serverSilent";

export function lifeOptions(dice: Dice): LifeOptions {
  return {
    connectTimeout: dice.between(300, 1_000),
    joinTimeout: dice.between(200, 1_000),
    closeTimeout: dice.between(100, 500),
    heartbeat: dice.chance(0.1)
      ? false
      : { interval: dice.between(100, 500), timeout: dice.between(200, 600) },
    maxQueued: dice.pick([1, 5, 20, 40]),
    maxPayload: dice.pick([100_000, 200_000, 1_000_000]),
    serializer: dice.chance(0.85) ? "V2" : "V1",
    reconnect: dice.weighted({ table: 8, default: 1, never: 1, function: 2, broken: 0.5 }),
    rejoin: dice.weighted({ table: 6, default: 1, never: 1, function: 2, broken: 0.5 }),
    jitter: dice.pick([0, 0.5, 1]),
  };
}

export function credentialsMood(dice: Dice): CredentialsMood {
  return dice.weighted({
    good: 70,
    goodLater: 12,
    expired: 4,
    unchanged: 4,
    throws: 2,
    rejects: 2,
    tooLate: 2,
    serverThrows: 1,
    serverSlow: 3,
    serverSilent: 1,
  });
}
