// The last callback of a channel. Whatever it does, nobody but the log is told.
import type { ChannelKind } from "./channel-kind.ts";
import type { ChannelEnd } from "./end-reason.ts";
import { isThenable } from "./thenable.ts";

/** Calls it. Null if it is done; otherwise a promise that never rejects. */
export function terminate(
  kind: ChannelKind,
  opened: object,
  reason: ChannelEnd,
  failed: (error: unknown) => void,
): Promise<void> | null {
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
