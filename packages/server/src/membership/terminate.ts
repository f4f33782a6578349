// The last callback of a channel. Whatever it does, nobody but the log is told.
import type { ChannelKind } from "../channel/channel-kind.ts";
import type { ChannelEnd } from "../end-reason.ts";
import { quote, type Logger } from "../logger.ts";
import { fail, terminateSpan, type Placed } from "../telemetry/callback-span.ts";
import { isThenable } from "../thenable.ts";

/** Calls it. Null if it is done; otherwise a promise that never rejects. */
export function terminate(
  kind: ChannelKind,
  opened: object,
  placed: Placed,
  reason: ChannelEnd,
  logger: Required<Pick<Logger, "error">>,
): Promise<void> | null {
  const span = terminateSpan(placed);
  const done = (): void => span?.settle(null);
  const failed = (error: unknown): void => {
    if (span !== null) fail(span, error);
    logger.error(`The terminate of the channel ${quote(placed.topic)} failed.`, error);
  };
  const call = (): unknown => kind.terminate(opened, reason);
  try {
    const work = span === null ? call() : span.call(call);
    if (isThenable(work)) return settled(work, done, failed);
    done();
  } catch (error) {
    failed(error);
  }
  return null;
}

async function settled(
  work: PromiseLike<unknown>,
  done: () => void,
  failed: (error: unknown) => void,
): Promise<void> {
  try {
    await work;
    done();
  } catch (error) {
    failed(error);
  }
}
