// Letting others have a turn: sockets are read, timers ring, and only then does the work go on.

interface Timers {
  readonly setImmediate?: (callback: () => void) => unknown;
  readonly setTimeout: typeof setTimeout;
}

// Taken now, so that whoever replaces the timers of a program for its tests does not stop its turns.
const timers: Timers = /* @__PURE__ */ takeTimers();

function takeTimers(): Timers {
  const { setImmediate, setTimeout } = globalThis as unknown as Timers;
  return { ...(setImmediate !== undefined && { setImmediate }), setTimeout };
}

/** Resolves in a later turn of the event loop. No clock is asked: it waits for no time to pass. */
export function giveWay(): Promise<void> {
  const { setImmediate: immediate, setTimeout: later } = timers;
  return new Promise((resolve) => {
    if (immediate === undefined) later(resolve, 0);
    else immediate(resolve);
  });
}

/** Whether it is to be waited for. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    "then" in value &&
    typeof value.then === "function"
  );
}
