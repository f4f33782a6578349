// Pushes of a channel with a schema, until it is known whether they may be sent: in the order of the
// calls, however long each validator takes, each with its timeout and its signal.
import { InOrder, type ChannelSchema, type Push, type PushFailure } from "@slipstream/core";
import { onAbort } from "./abort.ts";
import type { ChannelCore, PushRequest } from "./channel-core.ts";
import type { PendingPush } from "./pending-push.ts";
import { ValidationError } from "./validation-error.ts";

/** How many pushes may wait for validators. */
const MAX_WAITING = 1_000;

export class CheckedPushes {
  readonly #core: ChannelCore;
  readonly #schema: ChannelSchema;
  readonly #order = new InOrder(MAX_WAITING);
  readonly #waiting = new Set<Push<PendingPush>>();

  constructor(core: ChannelCore, schema: ChannelSchema) {
    this.#core = core;
    this.#schema = schema;
  }

  push(push: Push<PendingPush>, request: PushRequest): void {
    const { event, payload, timeout } = request;
    const { clock } = this.#core.host.options;
    const called = clock.now();
    this.#waiting.add(push);
    const added = this.#order.add(this.#schema.payload(event, payload), (checked) => {
      // Not so where it was given up meanwhile.
      if (!this.#waiting.delete(push)) return;
      if (checked.type === "invalid") {
        this.#core.refuse(
          push,
          "invalidPayload",
          new ValidationError("invalidPayload", this.#core.topic, event, checked),
        );
      } else {
        const left = Math.max(timeout - (clock.now() - called), 0);
        this.#core.send(push, { ...request, timeout: left });
      }
    });
    if (!added) this.#giveUp(push, "queueFull");
    else if (this.#waiting.has(push)) this.#await(push, request);
  }

  /** None of those that wait will be sent. */
  giveUp(code: PushFailure): void {
    for (const push of [...this.#waiting]) this.#giveUp(push, code);
  }

  #giveUp(push: Push<PendingPush>, code: PushFailure, cause?: unknown): void {
    if (this.#waiting.delete(push)) this.#core.refuse(push, code, cause);
  }

  /** Bounds the wait for a validator. Once the push was sent, the session sees to both. */
  #await(push: Push<PendingPush>, { timeout, signal }: PushRequest): void {
    const { owner: pending } = push;
    const { clock } = this.#core.host.options;
    if (timeout !== Infinity) {
      const timer = clock.setTimer(timeout, () => this.#giveUp(push, "timeout"), null);
      pending.releaseWhenSettled(() => clock.clearTimer(timer));
    }
    pending.releaseWhenSettled(onAbort(signal, (cause) => this.#giveUp(push, "aborted", cause)));
  }
}
