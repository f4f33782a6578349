// How fast the client of one connection may speak.
import type { Limits } from "./limits.ts";
import { Rate } from "./rate.ts";

export class Pace {
  readonly #messages: Rate | null;
  readonly #joins: Rate | null;

  constructor({ maxMessageRate, maxJoinRate }: Limits) {
    const now = performance.now();
    this.#messages = maxMessageRate < Infinity ? new Rate(maxMessageRate, now) : null;
    this.#joins = maxJoinRate < Infinity ? new Rate(maxJoinRate, now) : null;
  }

  mayReceive(): boolean {
    return this.#messages === null || this.#messages.take(performance.now());
  }

  mayJoin(): boolean {
    return this.#joins === null || this.#joins.take(performance.now());
  }
}
