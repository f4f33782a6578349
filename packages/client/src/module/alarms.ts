// Timers of one client, over the clock of its options: any delay, and none that is left behind.
import type { Clock, Timer } from "../clock.ts";

/** Calls `ring` once, `delay` ms from now; never, if that is Infinity. Returns what takes it back. */
export type Alarm = (delay: number, ring: () => void) => () => void;

/** The longest delay of a clock's timer; what lies beyond is reached in steps. */
const LONGEST = 2 ** 31 - 1;

export class Alarms {
  readonly #clock: Clock;
  readonly #set = new Set<{ timer: Timer }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** As `Alarm` says. */
  readonly set: Alarm = (delay, ring) => {
    if (delay === Infinity) return () => {};
    const until = this.#clock.now() + delay;
    const wake = (): void => {
      this.#set.delete(alarm);
      const left = until - this.#clock.now();
      if (left <= 0) return ring();
      alarm.timer = this.#clock.setTimer(step(left), wake, undefined);
      this.#set.add(alarm);
    };
    const alarm = { timer: this.#clock.setTimer(step(delay), wake, undefined) };
    this.#set.add(alarm);
    return () => {
      if (this.#set.delete(alarm)) this.#clock.clearTimer(alarm.timer);
    };
  };

  /** None of them rings any more. */
  clear(): void {
    for (const { timer } of this.#set) this.#clock.clearTimer(timer);
    this.#set.clear();
  }
}

function step(delay: number): number {
  return Math.min(Math.max(Math.ceil(delay), 1), LONGEST);
}
