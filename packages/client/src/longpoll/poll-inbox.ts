// The messages that a poll has brought, on their way to whoever takes them: in order, a few at a time,
// and not while reading is paused.
import type { Clock, Timer } from "../clock.ts";

/** So many messages are handed over in one go. Then timers, and whoever reads them, have their turn. */
const TURN = 64;

export interface InboxOwner {
  take(message: string): void;
  /** All was taken, and more may be asked for. */
  emptied(): void;
}

export class PollInbox {
  readonly #clock: Clock;
  readonly #owner: InboxOwner;
  /** The next one last. */
  #waiting: string[] = [];
  /** Whether what was put has been taken. */
  #isEmpty = true;
  #paused = false;
  #closed = false;
  #delivering = false;
  #turn: Timer | null = null;

  constructor(clock: Clock, owner: InboxOwner) {
    this.#clock = clock;
    this.#owner = owner;
  }

  /** To be called again only when it is empty. */
  put(messages: readonly string[]): void {
    this.#waiting = messages.toReversed();
    this.#isEmpty = false;
    this.#deliver();
  }

  pause(): void {
    this.#paused = true;
  }

  /** Goes on in a turn of its own. */
  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    queueMicrotask(() => this.#deliver());
  }

  /** Nothing is taken any more. */
  close(): void {
    this.#closed = true;
    this.#waiting = [];
    if (this.#turn !== null) this.#clock.clearTimer(this.#turn);
    this.#turn = null;
  }

  takeTurn(): void {
    this.#turn = null;
    this.#deliver();
  }

  #deliver(): void {
    if (this.#delivering || this.#turn !== null || this.#isEmpty) return;
    this.#delivering = true;
    for (let count = 0; count < TURN && !this.#paused; count++) {
      const message = this.#waiting.pop();
      if (message === undefined) break;
      this.#owner.take(message);
    }
    this.#delivering = false;
    if (this.#closed || this.#paused) return;
    if (this.#waiting.length > 0) {
      this.#turn = this.#clock.setTimer(1, takeTurn, this);
      return;
    }
    this.#isEmpty = true;
    this.#owner.emptied();
  }
}

function takeTurn(inbox: PollInbox): void {
  inbox.takeTurn();
}
