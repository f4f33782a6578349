// Noticing connections that fall silent or stop reading: one timer for all connections of a socket
// looks at them ten times per timeout, so that a message costs nothing and a connection no timer.
import { setImmediate } from "node:timers";
import type { Limits } from "../limits.ts";

/** What is looked at. */
export interface Watched {
  /**
   * @param now Ms of a clock that never goes back.
   * @returns false when there is nothing to look at any more.
   */
  look(now: number): boolean;
}

/** The connections of one socket. The timer runs while there are any. */
export class Watch {
  readonly #interval: number;
  readonly #watched = new Set<Watched>();
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor({ idleTimeout, sendTimeout, handlerTimeout, pollWindow }: Limits) {
    const shortest = Math.min(idleTimeout, sendTimeout, handlerTimeout, pollWindow);
    this.#interval = Math.max(5, shortest / 10);
  }

  add(watched: Watched): void {
    if (this.#isClosed) return;
    this.#watched.add(watched);
    if (this.#timer !== null || this.#interval === Infinity) return;
    // After a time in which the process was held up, timers come first. What clients have said meanwhile
    // is read before they are taken for silent.
    this.#timer = setInterval(() => setImmediate(() => this.#look()), this.#interval);
  }

  /** It is gone. What is left of it is looked at as long as it says that there is something. */
  gone(watched: Watched): void {
    if (!watched.look(performance.now())) this.#delete(watched);
  }

  /** Looks at nothing any more. */
  close(): void {
    this.#isClosed = true;
    this.#watched.clear();
    this.#stop();
  }

  #delete(watched: Watched): void {
    this.#watched.delete(watched);
    if (this.#watched.size === 0) this.#stop();
  }

  #stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #look(): void {
    const now = performance.now();
    for (const watched of this.#watched) if (!watched.look(now)) this.#delete(watched);
  }
}
