// A clock whose hands the test holds. It knows nothing of sockets: whatever takes a Clock can be driven.
import type { Clock, Timer } from "../clock.ts";
import { RestError } from "./errors.ts";
import { untilQuiet } from "./runtime.ts";

interface TestTimer {
  /** The moment at which it rings. */
  readonly at: number;
  readonly wake: () => void;
}

/** How much of the test's time may pass in search of something, by default: an hour. */
const DEFAULT_LIMIT = 60 * 60 * 1_000;

/** Ms of the real clock in which a program must come to rest. */
const REST_LIMIT = 10_000;

/**
 * A clock that stands still until the test lets time pass. Retries, heartbeats and timeouts of the
 * clients that were given it happen when the test says so, in no time at all.
 *
 * @example
 * ```ts
 * import { Socket } from "@slipstream/client";
 * import { TestClock } from "@slipstream/client/testing";
 *
 * const clock = new TestClock();
 * const socket = new Socket("ws://localhost:4000/socket", { clock });
 * await clock.advance(30_000); // whatever was due within 30 s has happened
 * ```
 */
export class TestClock implements Clock {
  #now = 0;
  /** In the order in which they ring; of those that ring at once, the one that was set first. */
  #timers: TestTimer[] = [];
  /** How often anybody asked for the time or set a timer: the client does whenever it does anything. */
  #asked = 0;

  /** The test's time in ms. It begins at 0. */
  now(): number {
    this.#asked += 1;
    return this.#now;
  }

  setTimer<S>(delay: number, wake: (subject: S) => void, subject: S): Timer {
    this.#asked += 1;
    const timer: TestTimer = { at: this.#now + delay, wake: () => wake(subject) };
    let place = this.#timers.length;
    while (place > 0 && (this.#timers[place - 1] as TestTimer).at > timer.at) place -= 1;
    this.#timers.splice(place, 0, timer);
    return timer;
  }

  clearTimer(timer: Timer): void {
    this.#asked += 1;
    const place = this.#timers.indexOf(timer as TestTimer);
    if (place !== -1) this.#timers.splice(place, 1);
  }

  /** How many timers are set. */
  get pending(): number {
    return this.#timers.length;
  }

  /**
   * Ms until the next timer rings, or null if none is set. A client may set a timer that turns out to
   * be needed no longer: when it rings nothing happens.
   */
  get untilNext(): number | null {
    const [next] = this.#timers;
    return next === undefined ? null : next.at - this.#now;
  }

  /**
   * Lets `ms` pass. Every timer that is due rings in its turn, and the program comes to rest before
   * the next one does.
   * @throws {RestError} (by rejection) if the program does not come to rest.
   */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await this.rest();
    while (this.#nextAt <= end) await this.#ring();
    this.#now = Math.max(this.#now, end);
  }

  /**
   * Lets time pass, timer by timer, until `goal` holds, or settles if it is a promise, whose outcome
   * becomes this one's.
   * @param options.limit how much of the test's time may pass, in ms. Default: an hour.
   * @throws {RestError} (by rejection) `neverDone` if it does not come to that.
   *
   * @example
   * ```ts
   * await clock.advanceUntil(socket.connect());
   * await clock.advanceUntil(() => channel.state.type === "joined");
   * ```
   */
  advanceUntil<T>(goal: PromiseLike<T>, options?: { readonly limit?: number }): Promise<T>;
  advanceUntil(goal: () => boolean, options?: { readonly limit?: number }): Promise<void>;
  async advanceUntil<T>(
    goal: PromiseLike<T> | (() => boolean),
    { limit = DEFAULT_LIMIT }: { readonly limit?: number } = {},
  ): Promise<T | void> {
    const end = this.#now + limit;
    let settled = false;
    const settle = (): void => void (settled = true);
    if (typeof goal !== "function") goal.then(settle, settle);
    const reached = typeof goal === "function" ? goal : () => settled;
    for (;;) {
      await this.rest();
      if (reached()) return typeof goal === "function" ? undefined : await goal;
      if (this.#nextAt > end) throw new RestError("neverDone", this.#now);
      await this.#ring();
    }
  }

  /**
   * Lets time pass until no timer is set. A client that is connected sends heartbeats for ever, so
   * disconnect it first.
   * @param options.limit how much of the test's time may pass, in ms. Default: an hour.
   * @throws {RestError} (by rejection) `neverIdle` if timers go on being set.
   */
  async runUntilIdle({ limit = DEFAULT_LIMIT }: { readonly limit?: number } = {}): Promise<void> {
    const end = this.#now + limit;
    await this.rest();
    while (this.#timers.length > 0) {
      if (this.#nextAt > end) throw new RestError("neverIdle", this.#now);
      await this.#ring();
    }
  }

  /**
   * Lets no time pass, and waits until the program has done all that it can do without: promises,
   * ticks and immediates. I/O of your own, such as reading a file, is nothing that it can see.
   * @throws {RestError} (by rejection) `restless` if it goes on for ten seconds of the real clock.
   */
  async rest(): Promise<void> {
    const quiet = await untilQuiet(() => this.#asked, REST_LIMIT);
    if (!quiet) throw new RestError("restless", this.#now);
  }

  get #nextAt(): number {
    return this.#timers[0]?.at ?? Infinity;
  }

  /** What is due next rings, and all that is due at the same moment. */
  async #ring(): Promise<void> {
    const moment = this.#nextAt;
    this.#now = moment;
    while (this.#nextAt === moment) this.#timers.shift()?.wake();
    await this.rest();
  }
}
