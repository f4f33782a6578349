// One push as its caller holds it: a promise of the server's response.
import type { PushOutcome } from "@slipstream/core";
import { PushError } from "./errors.ts";
import { Outcome, type Tally } from "./outcome.ts";

export class PendingPush extends Outcome<unknown> {
  readonly #topic: string;
  readonly #event: string;
  /** Where it is set, a response with the status "ok" is given to it, and it settles the push. */
  judge: ((response: unknown) => void) | null = null;

  constructor(tally: Tally, topic: string, event: string) {
    super(tally);
    this.#topic = topic;
    this.#event = event;
  }

  settle(outcome: PushOutcome): void {
    if (outcome.type === "sent") this.resolve(undefined);
    else if (outcome.type !== "ok") this.reject(new PushError(this.#topic, this.#event, outcome));
    else if (this.judge === null) this.resolve(outcome.response);
    else this.judge(outcome.response);
  }
}
