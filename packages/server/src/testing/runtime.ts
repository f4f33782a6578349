// What the kit needs of Node, taken when it is loaded: a runner's fake timers, which replace the
// globals, must not stop the kit itself.

const { setTimeout, clearTimeout, setImmediate, queueMicrotask, performance } = globalThis;

/** Turns of the event loop in which nothing is heard, after which nothing more is expected at once. */
const QUIET_TURNS = 3;

/** A turn of the event loop counts as no more than so many ms: the process may have been held up. */
const LONGEST_TURN = 5;

/** Does it when whoever is running now has returned. */
export function soon(act: () => void): void {
  queueMicrotask(act);
}

/** Calls `act` after `ms` of the real clock, unless the returned function is called before. */
export function afterRealTime(ms: number, act: () => void): () => void {
  const timer = setTimeout(act, ms);
  return () => clearTimeout(timer);
}

export function realTime(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * Resolves when nothing is at work any more and nothing was heard for some turns of the event loop,
 * or after `ms` of the real clock in which the process had its turns.
 */
export async function untilAtRest(
  { working, heard }: { readonly working: () => number; readonly heard: () => number },
  ms: number,
): Promise<void> {
  let left = ms;
  for (let quiet = 0; quiet < QUIET_TURNS && left > 0;) {
    const before = heard();
    const began = performance.now();
    // A callback that takes its time waits for something outside: looking again at once would only burn.
    await (working() > 0 ? realTime(1) : new Promise<void>((resolve) => setImmediate(resolve)));
    left -= Math.min(performance.now() - began, LONGEST_TURN);
    quiet = working() === 0 && heard() === before ? quiet + 1 : 0;
  }
}
