// The last callback of a channel. Whatever it does, nobody but the log is told.
import type { ChannelKind } from "./channel-kind.ts";
import type { ChannelEnd } from "./end-reason.ts";
import { quote, type Logger } from "./logger.ts";
import { isThenable } from "./thenable.ts";

/** Calls it. Null if it is done; otherwise a promise that never rejects. */
export function terminate(
  kind: ChannelKind,
  opened: object,
  topic: string,
  reason: ChannelEnd,
  logger: Required<Pick<Logger, "error">>,
): Promise<void> | null {
  const failed = (error: unknown): void => {
    logger.error(`The terminate of the channel ${quote(topic)} failed.`, error);
  };
  try {
    const work = kind.terminate(opened, reason);
    return isThenable(work) ? settled(work, failed) : null;
  } catch (error) {
    failed(error);
    return null;
  }
}

async function settled(
  work: PromiseLike<unknown>,
  failed: (error: unknown) => void,
): Promise<void> {
  try {
    await work;
  } catch (error) {
    failed(error);
  }
}
