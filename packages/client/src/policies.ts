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
  return policy("reconnect", option, jitter, reporter, ({ cause }) => {
    const refused = cause.type === "upgradeRejected" && isRefusal(cause.status);
    return mayReconnect(cause) && (renewable || !refused);
  });
}

/** The policy for channels. */
export function rejoinPolicy(
  option: RetryOption<ChannelEndReason> | undefined,
  jitter: number,
  reporter: Reporter,
): RetryPolicy<ChannelEndReason> {
  return policy("rejoin", option, jitter, reporter, mayRejoin);
}

function isRefusal(status: number | undefined): boolean {
  return status === 401 || status === 403;
}

function policy<Cause>(
  name: string,
  option: RetryOption<Cause> | undefined,
  jitter: number,
  reporter: Reporter,
  may: (retry: Retry<Cause>) => boolean,
): RetryPolicy<Cause> {
  if (option === false) return () => false;
  const standard: RetryPolicy<Cause> = (retry) =>
    may(retry) ? backoff(retry.attempt, retry.random) : false;
  if (option === undefined) return standard;
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
    return standard(retry);
  };
}
