// How fast the client of one connection may speak. Who says nothing for a second costs nothing.
import type { Limits } from "../limits.ts";
import { Rate } from "./rate.ts";

export class Pace {
  readonly #limits: Limits;
  #messages: Rate | null = null;
  #joins: Rate | null = null;
  #inflated: Rate | null = null;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** @param now Ms of a clock that never goes back. */
  mayReceive(now: number): boolean {
    const { maxMessageRate } = this.#limits;
    if (maxMessageRate === Infinity) return true;
    this.#messages ??= new Rate(maxMessageRate, now);
    return this.#messages.take(now);
  }

  mayJoin(now: number): boolean {
    const { maxJoinRate } = this.#limits;
    if (maxJoinRate === Infinity) return true;
    this.#joins ??= new Rate(maxJoinRate, now);
    return this.#joins.take(now);
  }

  /** @param bytes Of a message that came compressed, unfolded. */
  mayInflate(now: number, bytes: number): boolean {
    const { maxInflateRate, maxPayload } = this.#limits;
    if (maxInflateRate === Infinity) return true;
    this.#inflated ??= new Rate(maxInflateRate, now, maxPayload);
    return this.#inflated.take(now, bytes);
  }

  /** Forgets what a new one would say as well. */
  look(now: number): void {
    if (this.#messages?.isFull(now) === true) this.#messages = null;
    if (this.#joins?.isFull(now) === true) this.#joins = null;
    if (this.#inflated?.isFull(now) === true) this.#inflated = null;
  }
}
