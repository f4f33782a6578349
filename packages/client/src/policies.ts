// From the options `reconnect`, `rejoin` and `jitter` to the policies of the pure core. A function
// of the user's that throws or returns nonsense must not stop the reconnecting.
import {
  backoff,
  mayReconnect,
  mayRejoin,
  tableDelay,
  type ChannelEndReason,
  type EndReason,
  type Retry,
  type RetryPolicy,
} from "@slipstream/core";
import type { Reporter } from "./listeners.ts";
import type { RetryOption } from "./options.ts";

/** What is the same for all sockets is made once. */
const NEVER = (): false => false;

/** A policy of ours: whether, and by default when. */
interface Standard<Cause> {
  readonly may: (retry: Retry<Cause>) => boolean;
  readonly policy: RetryPolicy<Cause>;
}

function standard<Cause>(may: (retry: Retry<Cause>) => boolean): Standard<Cause> {
  return { may, policy: (retry) => (may(retry) ? backoff(retry.attempt, retry.random) : false) };
}

const RENEWABLE = standard<EndReason>(({ cause }) => mayReconnect(cause));
const FIXED = standard<EndReason>(({ cause }) => mayReconnect(cause) && !refusesCredentials(cause));
const REJOIN = standard<ChannelEndReason>(mayRejoin);

function refusesCredentials(cause: EndReason): boolean {
  return cause.type === "upgradeRejected" && (cause.status === 401 || cause.status === 403);
}

/**
 * The policy for connections.
 * @param renewable whether the credentials can differ at the next attempt, being functions.
 */
export function reconnectPolicy(
  option: RetryOption<EndReason> | undefined,
  jitter: number,
  renewable: boolean,
  reporter: Reporter,
): RetryPolicy<EndReason> {
  return policyOf("reconnect", option, jitter, reporter, renewable ? RENEWABLE : FIXED);
}

/** The policy for channels that come back by themselves. */
export function rejoinPolicy(
  option: RetryOption<ChannelEndReason> | undefined,
  jitter: number,
  reporter: Reporter,
): RetryPolicy<ChannelEndReason> {
  return policyOf("rejoin", option, jitter, reporter, REJOIN);
}

/** The policy for what is tried again at the program's word, whatever the cause. `name` is the option's. */
export function toldPolicy<Cause>(
  name: string,
  option: RetryOption<Cause>,
  jitter: number,
  reporter: Reporter,
): RetryPolicy<Cause> {
  return policyOf(
    name,
    option,
    jitter,
    reporter,
    standard(() => true),
  );
}

function policyOf<Cause>(
  name: string,
  option: RetryOption<Cause> | undefined,
  jitter: number,
  reporter: Reporter,
  { may, policy }: Standard<Cause>,
): RetryPolicy<Cause> {
  if (option === false) return NEVER;
  if (option === undefined) return policy;
  if (typeof option !== "function") {
    return (retry) =>
      may(retry) ? tableDelay(option, retry.attempt, jitter, retry.random) : false;
  }
  return (retry) => {
    try {
      const delay = option(retry.attempt, retry.cause);
      if (delay === false || (typeof delay === "number" && delay >= 0)) return delay;
      reporter.report(
        new TypeError(`It returned ${typeof delay}, which is neither false nor ms of at least 0.`),
        `the function ${name}`,
      );
    } catch (error) {
      reporter.report(error, `the function ${name}`);
    }
    return policy(retry);
  };
}
