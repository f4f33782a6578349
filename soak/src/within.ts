// Waiting for something, but not for ever.
import { setTimeout as sleep } from "node:timers/promises";

/** Whether `ending` is over within so many ms. Rejects if it does. */
export async function within(ms: number, ending: Promise<unknown>): Promise<boolean> {
  const abort = new AbortController();
  const late = sleep(ms, false, { signal: abort.signal }).catch(() => true);
  try {
    return await Promise.race([ending.then(() => true), late]);
  } finally {
    abort.abort();
  }
}
