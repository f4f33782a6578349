// From the options `reconnect`, `rejoin` and `jitter` to the policies of the pure core. A function
// of the user's that throws or returns nonsense must not stop the reconnecting.
import {
  backoff,
  mayReconnect,
  mayRejoin,
  refusesCredentials,
  tableDelay,
  type ChannelEndReason,
  type EndReason,
  type Retry,
  type RetryPolicy,
} from "@slipstream/core";
import type { Reporter } from "./listeners.ts";
import type { RetryOption } from "./options.ts";
import { sayNoDelay } from "./sentences.ts";

/** Whether it is tried again, unless a function says otherwise. */
type May<Cause> = (retry: Retry<Cause>) => boolean;

const RENEWABLE: May<EndReason> = ({ cause }) => mayReconnect(cause);
const FIXED: May<EndReason> = ({ cause }) => mayReconnect(cause) && !refusesCredentials(cause);

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
  return policyOf("rejoin", option, jitter, reporter, mayRejoin);
}

/** The policy for what is tried again at the program's word, whatever the cause. `name` is the option's. */
export function toldPolicy<Cause>(
  name: string,
  option: RetryOption<Cause>,
  jitter: number,
  reporter: Reporter,
): RetryPolicy<Cause> {
  return policyOf(name, option, jitter, reporter, () => true);
}

function policyOf<Cause>(
  name: string,
  option: RetryOption<Cause> | undefined,
  jitter: number,
  reporter: Reporter,
  may: May<Cause>,
): RetryPolicy<Cause> {
  return (retry) => {
    const { attempt, cause, random } = retry;
    if (typeof option === "function") {
      try {
        const delay: unknown = option(attempt, cause);
        if (delay === false || (typeof delay === "number" && delay >= 0)) return delay;
        throw new TypeError(sayNoDelay(delay));
      } catch (error) {
        reporter.report(error, `the function ${name}`);
      }
    }
    if (option === false || !may(retry)) return false;
    return typeof option === "object"
      ? tableDelay(option, attempt, jitter, random)
      : backoff(attempt, random);
  };
}
