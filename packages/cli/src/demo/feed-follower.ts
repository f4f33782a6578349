// The client's side of `feed`: takes every change, and finds each gap, duplicate and wrong content.
import type { Channel, Socket } from "@slipstream/client";
import { changeAt, type Change, type ChangeRun } from "./changes.ts";
import { FEED, type FeedTopic } from "./topics.ts";

export interface FeedCounts {
  /** The number of the last change received. */
  readonly seq: number;
  readonly received: number;
  /** Changes that were skipped, that came again, and that said something else than they should. */
  readonly missing: number;
  readonly twice: number;
  readonly wrong: number;
  /** How many changes behind it was at its joins, together. */
  readonly caughtUp: number;
}

export class FeedFollower {
  readonly channel: Channel<FeedTopic>;
  readonly #rows: number;
  readonly #onChanges: (count: number) => void;
  /** Every change received, at the place of its number less one. */
  readonly #changes: Change[] = [];
  #seq = 0;
  #received = 0;
  #missing = 0;
  #twice = 0;
  #wrong = 0;
  #caughtUp = 0;

  /** @param onChanges called after each message, with how many changes it brought. */
  constructor(socket: Socket, rows: number, onChanges: (count: number) => void) {
    this.#rows = rows;
    this.#onChanges = onChanges;
    // A function: each rejoin asks for what came after the last change that is here.
    this.channel = socket.channel<FeedTopic>(FEED, () => ({ after: this.#seq }));
    this.channel.on("changes", (run) => this.#take(run));
    this.channel.onState((state) => {
      if (state.type === "joined") this.#caughtUp += (this.channel.response?.seq ?? 0) - this.#seq;
    });
  }

  get counts(): FeedCounts {
    return {
      seq: this.#seq,
      received: this.#received,
      missing: this.#missing,
      twice: this.#twice,
      wrong: this.#wrong,
      caughtUp: this.#caughtUp,
    };
  }

  get seq(): number {
    return this.#seq;
  }

  /** The change of this number, once it was received. */
  change(seq: number): Change | undefined {
    return this.#changes[seq - 1];
  }

  #take({ first, changes }: ChangeRun): void {
    for (const [offset, change] of changes.entries()) {
      const seq = first + offset;
      this.#received += 1;
      const [row, delay] = changeAt(seq, this.#rows);
      if (change[0] !== row || change[1] !== delay) this.#wrong += 1;
      if (seq <= this.#seq) {
        this.#twice += 1;
        continue;
      }
      this.#missing += seq - this.#seq - 1;
      this.#seq = seq;
      this.#changes[seq - 1] = change;
    }
    this.#onChanges(changes.length);
  }
}
