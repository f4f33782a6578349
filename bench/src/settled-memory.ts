// The memory of this process, once it has come to rest.
import { setTimeout as delay } from "node:timers/promises";

/** Bytes in use, once garbage is gone and what was under way is over. */
export async function settledMemory(): Promise<{ readonly heap: number; readonly rss: number }> {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error("This bench needs the flag --expose-gc.");
  for (let round = 0; round < 3; round++) {
    await delay(100);
    gc();
  }
  const { heapUsed, rss } = process.memoryUsage();
  return { heap: heapUsed, rss };
}
