// One direction of a faulty connection: what passes it is held back until its moment, and leaves in
// the order of these moments.
import type { Clock, Timer } from "../clock.ts";

interface Held {
  readonly at: number;
  /** Bytes that it stands for. */
  readonly size: number;
  readonly pass: () => void;
}

export class FaultLane {
  readonly #clock: Clock;
  /** In the order in which they leave. */
  #held: Held[] = [];
  /** When what was put last in order leaves: nothing in order leaves before it. */
  #last = -Infinity;
  #timer: Timer | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Bytes that are held back. */
  get size(): number {
    return this.#held.reduce((sum, { size }) => sum + size, 0);
  }

  /** Passes after `delay` ms, and after all that was put in order before: at once, where that is now. */
  inOrder(delay: number, size: number, pass: () => void): void {
    this.#last = Math.max(this.#last, this.#clock.now() + delay);
    this.#put({ at: this.#last, size, pass });
  }

  /** Passes after `delay` ms, whatever is put before or after it. */
  outOfOrder(delay: number, size: number, pass: () => void): void {
    this.#put({ at: this.#clock.now() + delay, size, pass });
  }

  /** Forgets what is held back. */
  clear(): void {
    this.#held = [];
    this.#setTimer();
  }

  #put(item: Held): void {
    let place = this.#held.length;
    while (place > 0 && (this.#held[place - 1] as Held).at > item.at) place -= 1;
    this.#held.splice(place, 0, item);
    this.#pass();
  }

  /** Lets pass what is due. What passes may put more, or clear the lane. */
  #pass(): void {
    for (let next = this.#held[0]; next !== undefined; next = this.#held[0]) {
      if (next.at > this.#clock.now()) break;
      this.#held.shift();
      next.pass();
    }
    this.#setTimer();
  }

  #setTimer(): void {
    if (this.#timer !== null) this.#clock.clearTimer(this.#timer);
    this.#timer = null;
    const [next] = this.#held;
    if (next === undefined) return;
    const delay = Math.max(Math.ceil(next.at - this.#clock.now()), 1);
    this.#timer = this.#clock.setTimer(delay, ring, this);
  }

  /** The timer has rung. */
  ring(): void {
    this.#timer = null;
    this.#pass();
  }
}

function ring(lane: FaultLane): void {
  lane.ring();
}
