// A channel with a schema: what is checked, in which order it is handed over, and who is told of what
// does not match. A channel without a schema has none of this.
import {
  InOrder,
  type ChannelEndReason,
  type ChannelSchema,
  type ChannelState,
  type ChannelStateOf,
  type Checked,
  type Push,
} from "@slipstream/core";
import type { ChannelCore, Checks, PushRequest } from "./channel-core.ts";
import { CheckedPushes } from "./checked-pushes.ts";
import { JoinError, OverflowError, PushError } from "./errors.ts";
import { Listeners } from "./listeners.ts";
import type { RoutedMessage } from "./message-router.ts";
import { Patience } from "./patience.ts";
import type { PendingPush } from "./pending-push.ts";
import { ValidationError, type ValidationErrorCode } from "./validation-error.ts";

/** How many messages may wait for async validators. What comes then is dropped and counted. */
const MAX_WAITING = 1_000;

/** Ms that a validator may take over a message, and the most that it may over a reply or a response. */
const PATIENCE = 10_000;

export class ChannelChecks implements Checks {
  readonly schema: ChannelSchema;
  readonly #core: ChannelCore;
  /** Messages and answers to joins, in the order in which they came. */
  readonly #incoming = new InOrder(MAX_WAITING);
  readonly #pushes: CheckedPushes;
  readonly #patience: Patience;
  readonly #invalid: Listeners<[error: ValidationError, message: RoutedMessage]>;
  /** When the server was asked to let us in, and whether it had before. */
  #asked: { readonly at: number; readonly again: boolean } = { at: 0, again: false };
  #accepted: { readonly of: ChannelState; readonly response: unknown } | null = null;
  /** Whether the log was told that messages are dropped, since the last one that was not. */
  #overflowing = false;

  constructor(core: ChannelCore, schema: ChannelSchema) {
    this.schema = schema;
    this.#core = core;
    this.#pushes = new CheckedPushes(core, schema);
    this.#patience = new Patience(core.host.options.clock);
    this.#invalid = new Listeners(
      `a handler of invalid messages on ${core.topic}`,
      core.host.options.logger,
    );
  }

  onInvalid(handler: (error: ValidationError, message: RoutedMessage) => unknown): () => void {
    return this.#invalid.add(handler);
  }

  async params(params: unknown): Promise<unknown> {
    const resolved = await params;
    const checked = await this.schema.params(resolved === undefined ? {} : resolved);
    if (checked.type === "invalid") throw this.#error("invalidParams", undefined, checked);
    return resolved;
  }

  push(push: Push<PendingPush>, request: PushRequest): void {
    const { owner: pending } = push;
    const called = this.#core.host.options.clock.now();
    pending.judge = (response) => {
      const { event, timeout, signal } = request;
      const checked = this.#patience.bound(
        this.schema.reply(event, response),
        this.#left(called, timeout),
        signal,
      );
      if (checked instanceof Promise) {
        void checked.then((checked) => this.#answered(pending, request, checked));
      } else {
        this.#answered(pending, request, checked);
      }
    };
    this.#pushes.push(push, request);
  }

  joining({ again }: ChannelStateOf<"joining">): void {
    this.#asked = { at: this.#core.host.options.clock.now(), again };
  }

  joined(state: ChannelStateOf<"joined">): void {
    const { host } = this.#core;
    const checked = this.#patience.bound(
      this.schema.response(state.response),
      this.#left(this.#asked.at, host.options.joinTimeout),
    );
    this.#incoming.addAlways(checked, (checked) => {
      // The membership may be over by now. Whoever waits then waits for the next one.
      if (this.#core.machine.state !== state) return;
      if (checked.type === "valid") {
        this.#accepted = { of: state, response: checked.value };
        this.#core.joined(checked.value);
      } else {
        host.invalidReplies += 1;
        const cause = this.#error("invalidResponse", undefined, checked);
        this.#core.refuseJoin(new JoinError(this.#core.topic, { type: "invalidResponse", cause }));
      }
    });
  }

  accepted(state: ChannelState): { readonly response: unknown } | null {
    return this.#accepted?.of === state ? this.#accepted : null;
  }

  judging(state: ChannelState): boolean {
    return state.type === "joined" && !this.#asked.again && this.accepted(state) === null;
  }

  /** Checks a message, and hands over in its turn what the schema makes of it. */
  received({ event, payload }: RoutedMessage): void {
    const added = this.#incoming.add(
      this.#patience.bound(this.schema.message(event, payload), PATIENCE),
      (checked) => {
        if (checked.type === "valid")
          this.#core.messages.deliver({ event, payload: checked.value });
        else this.#refuse(this.#error("invalidMessage", event, checked), { event, payload });
      },
    );
    if (added) this.#overflowing = false;
    else this.#drop();
  }

  failure(reason: ChannelEndReason): JoinError | null {
    if (reason.type !== "paramsFailed" || !(reason.cause instanceof ValidationError)) return null;
    return new JoinError(this.#core.topic, { type: "invalidParams", cause: reason.cause });
  }

  ended(end: () => void): void {
    this.#pushes.giveUp("notJoined");
    this.#incoming.addAlways(undefined, end);
  }

  stop(): void {
    this.#pushes.giveUp("left");
    this.#incoming.clear();
    this.#patience.end();
  }

  /** What is left of a timeout for a validator, in ms. */
  #left(since: number, timeout: number): number {
    const { clock } = this.#core.host.options;
    return Math.max(Math.min(timeout - (clock.now() - since), PATIENCE), 0);
  }

  /** A push was answered with the status "ok", and this is what the schema makes of the response. */
  #answered(pending: PendingPush, { event, signal }: PushRequest, checked: Checked): void {
    const { host, topic } = this.#core;
    const { telemetry } = host.options;
    if (checked.type === "valid") {
      telemetry?.pushJudged(host, pending, "ok");
      pending.resolve(checked.value);
    } else if (signal?.aborted === true) {
      telemetry?.pushJudged(host, pending, "aborted");
      const cause: unknown = signal.reason;
      pending.reject(
        new PushError(topic, event, { type: "failed", code: "aborted", sent: true, cause }),
      );
    } else {
      host.invalidReplies += 1;
      telemetry?.pushJudged(host, pending, "invalidReply");
      const cause = this.#error("invalidReply", event, checked);
      pending.reject(new PushError(topic, event, { type: "invalidReply", cause }));
    }
  }

  #error(
    code: ValidationErrorCode,
    event: string | undefined,
    checked: Extract<Checked, { type: "invalid" }>,
  ): ValidationError {
    return new ValidationError(code, this.#core.topic, event, checked);
  }

  #refuse(error: ValidationError, message: RoutedMessage): void {
    this.#core.host.invalidMessages += 1;
    if (this.#invalid.size === 0) this.#core.host.options.logger.untold(error);
    else this.#invalid.call(error, message);
  }

  #drop(): void {
    const { host, topic } = this.#core;
    host.droppedMessages += 1;
    if (this.#overflowing) return;
    this.#overflowing = true;
    host.options.logger.untold(new OverflowError(`Messages of ${topic} to validate`, MAX_WAITING));
  }
}
