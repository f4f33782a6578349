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

/** Ms that a validator may take over a reply, a response or a message. */
const PATIENCE = 10_000;

export class ChannelChecks implements Checks {
  readonly schema: ChannelSchema;
  readonly #core: ChannelCore;
  /** Messages and answers to joins, in the order in which they came. */
  readonly #incoming = new InOrder(MAX_WAITING);
  readonly #pushes: CheckedPushes;
  readonly #patience: Patience;
  readonly #invalid: Listeners<[error: ValidationError, message: RoutedMessage]>;
  #accepted: { readonly of: ChannelState; readonly response: unknown } | null = null;
  /** Whether the log was told that messages are dropped, since the last one that was not. */
  #overflowing = false;

  constructor(core: ChannelCore, schema: ChannelSchema) {
    this.schema = schema;
    this.#core = core;
    this.#pushes = new CheckedPushes(core, this);
    this.#patience = new Patience(core.host.clock, PATIENCE);
    this.#invalid = new Listeners(`a handler of invalid messages on ${core.topic}`, core.host);
  }

  onInvalid(handler: (error: ValidationError, message: RoutedMessage) => unknown): () => void {
    return this.#invalid.add(handler);
  }

  async params(params: unknown): Promise<unknown> {
    const resolved = await params;
    const checked = await this.schema.params(resolved === undefined ? {} : resolved);
    if (checked.type === "invalid") throw this.error("invalidParams", undefined, checked);
    return resolved;
  }

  push(push: Push<PendingPush>, request: PushRequest): void {
    this.#pushes.push(push, request);
  }

  reply(push: PendingPush, event: string, response: unknown): void {
    const checked = this.#patience.bound(this.schema.reply(event, response));
    const judge = (checked: Checked): void => {
      if (checked.type === "valid") {
        push.resolve(checked.value);
      } else {
        this.#core.host.invalidReplies += 1;
        const cause = this.error("invalidReply", event, checked);
        push.reject(new PushError(this.#core.topic, event, { type: "invalidReply", cause }));
      }
    };
    if (checked instanceof Promise) void checked.then(judge);
    else judge(checked);
  }

  joined(state: ChannelStateOf<"joined">): void {
    this.#incoming.addAlways(
      this.#patience.bound(this.schema.response(state.response)),
      (checked) => {
        // The membership may be over by now. Whoever waits then waits for the next one.
        if (this.#core.machine.state !== state) return;
        if (checked.type === "valid") {
          this.#accepted = { of: state, response: checked.value };
          this.#core.joined(checked.value);
        } else {
          this.#core.host.invalidReplies += 1;
          const cause = this.error("invalidResponse", undefined, checked);
          this.#core.refuseJoin(
            new JoinError(this.#core.topic, { type: "invalidResponse", cause }),
          );
        }
      },
    );
  }

  accepted(state: ChannelState): { readonly response: unknown } | null {
    return this.#accepted?.of === state ? this.#accepted : null;
  }

  /** Checks a message, and hands over in its turn what the schema makes of it. */
  received({ event, payload }: RoutedMessage): void {
    const added = this.#incoming.add(
      this.#patience.bound(this.schema.message(event, payload)),
      (checked) => {
        if (checked.type === "valid")
          this.#core.messages.deliver({ event, payload: checked.value });
        else this.#refuse(this.error("invalidMessage", event, checked), { event, payload });
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

  error(
    code: ValidationErrorCode,
    event: string | undefined,
    checked: Extract<Checked, { type: "invalid" }>,
  ): ValidationError {
    return new ValidationError(code, this.#core.topic, event, checked);
  }

  #refuse(error: ValidationError, message: RoutedMessage): void {
    this.#core.host.invalidMessages += 1;
    if (this.#invalid.size === 0) this.#core.host.untold(error);
    else this.#invalid.call(error, message);
  }

  #drop(): void {
    const { host, topic } = this.#core;
    host.droppedMessages += 1;
    if (this.#overflowing) return;
    this.#overflowing = true;
    host.untold(new OverflowError(`Messages of ${topic} to validate`, MAX_WAITING));
  }
}
