// One push as its caller holds it: a promise of the server's response.
import type { PushOutcome } from "@slipstream/core";
import { PushError } from "./errors.ts";
import { Outcome, type Tally } from "./outcome.ts";

export class PendingPush extends Outcome<unknown> {
  /** The reason of the signal that gave it up. */
  abortReason: unknown = undefined;
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
        this.reject(new PushError(this.#topic, this.#event, outcome));
        return;
      case "failed": {
        const cause = outcome.cause ?? this.abortReason;
        this.reject(new PushError(this.#topic, this.#event, { ...outcome, cause }));
      }
    }
  }

  /** Fails without having been sent. */
  abort(reason: unknown): void {
    this.abortReason = reason;
    this.settle({ type: "failed", code: "aborted" });
  }
}
