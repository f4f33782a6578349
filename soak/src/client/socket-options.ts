// From the options of a life to those of a socket: its credentials, which fail and expire as their
// dice say, and its functions for coming back.
import { V1, V2, type NodeSocketOptions, type Params, type RetryOption } from "@slipstream/client";
import type { Dice } from "../decisions/dice.ts";
import {
  credentialsMood,
  type CredentialsMood,
  type LifeOptions,
  type RetryKind,
} from "../decisions/life-options.ts";
import type { LifeName } from "../model/observation.ts";
import type { Pace } from "../pace.ts";

/** How long what expects no reply may wait to be sent, in ms: such a push takes no timeout of its own. */
export const PUSH_TIMEOUT = 10_000;

export interface CredentialsSource {
  readonly life: LifeName;
  readonly dice: Dice;
  readonly pace: Pace;
  readonly told: (mood: CredentialsMood) => void;
}

export function socketOptions(
  options: LifeOptions,
  source: CredentialsSource,
  signal: AbortSignal,
): NodeSocketOptions {
  const { serializer, reconnect, rejoin, ...rest } = options;
  return {
    ...rest,
    pushTimeout: PUSH_TIMEOUT,
    serializer: serializer === "V1" ? V1 : V2,
    params: credentials(source, options.connectTimeout),
    signal,
    logger: {},
    ...retryOption("reconnect", reconnect),
    ...retryOption("rejoin", rejoin),
  };
}

/** A function that draws for each attempt what becomes of it. */
function credentials(
  { life, dice, pace, told }: CredentialsSource,
  bound: number,
): () => Promise<Params> {
  let token = 0;
  let attempt = 0;
  return async () => {
    const mood = credentialsMood(dice);
    const lateness = dice.between(1, 100);
    told(mood);
    attempt += 1;
    const mine = attempt;
    switch (mood) {
      case "throws":
      case "rejects":
        if (mood === "rejects") await pace.wait(lateness);
        throw new Error("There are no credentials today.");
      case "tooLate":
        await pace.wait(bound + lateness + 200);
        break;
      case "goodLater":
        await pace.wait(lateness);
        break;
      default:
    }
    if (mood !== "unchanged") token += 1;
    return { life, attempt: mine, token, mood: mood === "unchanged" ? "expired" : mood };
  };
}

function retryOption<Name extends "reconnect" | "rejoin">(
  name: Name,
  kind: RetryKind,
): { readonly [K in Name]?: RetryOption<unknown> } {
  const chosen = retry(kind);
  return (chosen === undefined ? {} : { [name]: chosen }) as { [K in Name]?: RetryOption<unknown> };
}

function retry(kind: RetryKind): RetryOption<unknown> | undefined {
  switch (kind) {
    case "default":
      return undefined;
    case "never":
      return false;
    case "table":
      return [5, 10, 50, 200];
    case "function":
      return (attempt) => (attempt > 6 ? false : attempt * 20);
    case "broken":
      return (attempt) => {
        if (attempt === 0) return Number.NaN;
        if (attempt < 4) throw new Error("This function has no answer.");
        return false;
      };
  }
}
