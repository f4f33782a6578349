// One push as its caller holds it: a promise of the server's response.
import type { PushOutcome } from "@slipstream/core";
import { PushError } from "./errors.ts";
import { Outcome, type Tally } from "./outcome.ts";

export class PendingPush extends Outcome<unknown> {
  readonly #topic: string;
  readonly #event: string;
  #judge: ((response: unknown) => void) | null = null;

  constructor(tally: Tally, topic: string, event: string) {
    super(tally);
    this.#topic = topic;
    this.#event = event;
  }

  /** Whether a response with the status "ok" is still to be judged, and no success yet. */
  get isJudged(): boolean {
    return this.#judge !== null;
  }

  /** From now on a response with the status "ok" is given to `judge`, which settles the push in its place. */
  judgeBy(judge: (response: unknown) => void): void {
    this.#judge = judge;
  }

  settle(outcome: PushOutcome): void {
    switch (outcome.type) {
      case "ok":
        if (this.#judge === null) this.resolve(outcome.response);
        else this.#judge(outcome.response);
        return;
      case "sent":
        this.resolve(undefined);
        return;
      case "refused":
      case "failed":
        this.reject(new PushError(this.#topic, this.#event, outcome));
    }
  }
}
