// One push as its caller holds it: a promise of the server's response.
import type { PushOutcome } from "@slipstream/core";
import { PushError } from "./errors.ts";
import { Outcome, type Tally } from "./outcome.ts";

export class PendingPush extends Outcome<unknown> {
  readonly #topic: string;
  readonly #event: string;

  constructor(tally: Tally, topic: string, event: string) {
    super(tally);
    this.#topic = topic;
    this.#event = event;
  }

  settle(outcome: PushOutcome): void {
    switch (outcome.type) {
      case "ok":
        this.resolve(outcome.response);
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
