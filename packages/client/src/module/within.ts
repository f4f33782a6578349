// Waiting for what the program does, but not for ever.
import type { Logger } from "../logger.ts";
import type { Alarm } from "./alarms.ts";

/**
 * Resolves when `work` has, or `timeout` ms from now, which is logged. `what` names it. `work` must not
 * reject.
 */
export function within(
  timeout: number,
  what: string,
  work: Promise<void>,
  alarm: Alarm,
  logger: Required<Logger>,
): Promise<void> {
  return new Promise<void>((resolve) => {
    const cancel = alarm(timeout, () => {
      logger.warn(
        `slipstream: ${what} did not end within ${timeout} ms, and is not waited for any longer.`,
      );
      resolve();
    });
    void work.then(() => {
      cancel();
      resolve();
    });
  });
}
