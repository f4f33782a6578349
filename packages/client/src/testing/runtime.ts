// What the kit needs of the runtime, taken when it is loaded: a runner's fake timers, which replace
// the globals, must not stop the kit itself. Nothing here knows the protocol.

const { setTimeout, clearTimeout, queueMicrotask, performance } = globalThis;
const immediately: ((act: () => void) => unknown) | undefined = globalThis.setImmediate;

/** Turns of the event loop without any sign of life after which a program is taken to be at rest. */
const QUIET_TURNS = 3;

/** Does it when whoever is running now has returned. */
export function soon(act: () => void): void {
  queueMicrotask(act);
}

/** One turn of the event loop: every promise that can settle without I/O has settled. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    if (immediately !== undefined) {
      immediately(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener("message", () => {
      port1.close();
      resolve();
    });
    port1.start();
    port2.postMessage(null);
  });
}

/**
 * Waits until nothing happens any more, as far as `activity`, which counts what happens, can tell.
 * Resolves with false if it still does after `limit` ms of the real clock.
 */
export async function untilQuiet(activity: () => number, limit: number): Promise<boolean> {
  const end = performance.now() + limit;
  for (let quiet = 0; quiet < QUIET_TURNS;) {
    if (performance.now() > end) return false;
    const before = activity();
    await turn();
    quiet = activity() === before ? quiet + 1 : 0;
  }
  return true;
}

/** Calls `act` after `ms` of the real clock, unless the returned function is called before. */
export function afterRealTime(ms: number, act: () => void): () => void {
  const timer = setTimeout(act, ms);
  return () => clearTimeout(timer);
}
