// One source of credentials for several sockets. Sockets that lost the same server ask at nearly the
// same time, and one answer is good for all of them.
import { systemClock, type Clock } from "./clock.ts";

/** Ms: what `connectTimeout` is by default. Whoever asked has given up by then. */
const PATIENCE = 10_000;

/**
 * Makes a function whose calls share one call of `source` while that is under way. What it gave is
 * not kept: who asks later asks anew, so that nobody gets what has expired meanwhile. When it fails,
 * it fails for all who share it. A call that hangs is shared for `patience` and no longer.
 *
 * @param source gives a token, or params, or headers.
 * @param options.patience ms for which a call is shared; default: 10,000.
 *
 * @example
 * ```ts
 * const authToken = shareCalls(async () => (await fetch("https://example.org/token")).text());
 * const sockets = ["a", "b"].map(
 *   (shard) => new Socket(`wss://${shard}.example.org/socket`, { authToken }),
 * );
 * ```
 */
export function shareCalls<T>(
  source: () => T | PromiseLike<T>,
  {
    patience = PATIENCE,
    clock = systemClock,
  }: { readonly patience?: number; readonly clock?: Clock } = {},
): () => Promise<T> {
  let shared: { readonly result: Promise<T>; readonly since: number } | null = null;
  return () => {
    const now = clock.now();
    if (shared !== null && now - shared.since < patience) return shared.result;
    const call = {
      // Called at once, and what it throws is what it rejects with.
      result: new Promise<T>((resolve) => resolve(source())),
      since: now,
    };
    const forget = (): void => {
      if (shared === call) shared = null;
    };
    shared = call;
    call.result.then(forget, forget);
    return call.result;
  };
}
