// What the client knows of time: the moment, and being woken later. Everything in the client that
// measures or waits goes through a Clock, so that a test can hold its hands.

/** A timer that was set. What it is, is the clock's own business. */
export type Timer = object | number;

/**
 * A source of time. The client sets one timer for each socket, whatever it waits for.
 *
 * @example
 * ```ts
 * const slow: Clock = {
 *   now: () => performance.now() / 10,
 *   setTimer: (delay, wake, subject) => setTimeout(wake, delay * 10, subject),
 *   clearTimer: (timer) => clearTimeout(timer as number),
 * };
 * ```
 */
export interface Clock {
  /** The moment, in ms since whenever. It never goes back. */
  now(): number;
  /**
   * Calls `wake(subject)` once, `delay` ms from now or later, and never from inside this call.
   * `delay` is from 1 to 2^31 - 1. The subject is handed over so that no closure is needed.
   */
  setTimer<S>(delay: number, wake: (subject: S) => void, subject: S): Timer;
  /** Forgets a timer. Harmless when it has rung or was forgotten before. */
  clearTimer(timer: Timer): void;
}

/** The clock of the system. Its timers keep the process alive, as what they wait for should. */
export const systemClock: Clock = {
  now: () => performance.now(),
  setTimer: (delay, wake, subject) => setTimeout(wake, delay, subject),
  clearTimer: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
};
