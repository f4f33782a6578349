// One push as its caller holds it: a promise of the server's response.
import type { PushOutcome } from "@slipstream/core";
import type { Checks } from "./channel-core.ts";
import { PushError } from "./errors.ts";
import { Outcome, type Tally } from "./outcome.ts";

export class PendingPush extends Outcome<unknown> {
  readonly #topic: string;
  readonly #event: string;
  readonly #checks: Checks | null;

  /** @param checks what checks the reply, if anything does. */
  constructor(tally: Tally, topic: string, event: string, checks: Checks | null = null) {
    super(tally);
    this.#topic = topic;
    this.#event = event;
    this.#checks = checks;
  }

  settle(outcome: PushOutcome): void {
    switch (outcome.type) {
      case "ok":
        if (this.#checks === null) this.resolve(outcome.response);
        else this.#checks.reply(this, this.#event, outcome.response);
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
