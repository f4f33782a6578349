// A channel whose messages and states can also be read in loops.
import type { ChannelState } from "@slipstream/core";
import { BaseChannel } from "./channel.ts";
import type { ChannelMessage, MessageEvent, Untyped } from "./channel-types.ts";
import { ChannelEndedError, OptionError } from "./errors.ts";
import type { Overflow } from "./inbox.ts";
import { checkEvent, checkOptions, checkWhole } from "./option-checks.ts";
import { readLastState, readMessages, readStates } from "./reading.ts";
import { onInvalid, type InvalidHandler } from "./with-schema.ts";

export interface MessagesOptions {
  /** How many messages may wait for the loop. Default: 1,000. */
  readonly limit?: number;
  /** What happens when more come. Default: "fail". */
  readonly overflow?: Overflow;
}

/** Messages for one loop, or for several that share them. Each message is read once. */
export interface Messages<M> extends AsyncIterableIterator<M, undefined, undefined> {
  /** How many wait to be read. */
  readonly size: number;
  /** How many the overflow policy has dropped. */
  readonly dropped: number;
}

const OVERFLOWS: readonly string[] = ["fail", "dropOldest", "dropNewest", "leave", "close"];

/**
 * One topic on one socket. Made by `socket.channel` or `socket.join`.
 *
 * A channel joins again by itself after a disconnect, a crash or a close by the server, unless
 * `rejoin` says otherwise. Pushes wait meanwhile, their timeout running.
 */
export class Channel<C = Untyped> extends BaseChannel<C> {
  /**
   * Messages for a loop: of one event, or of all. The loop ends when the channel is left, and
   * throws a ChannelEndedError when it ends for another reason; rejoins do not end it.
   * At most `limit` messages wait for a slow loop; then `overflow` decides.
   *
   * @example
   * ```ts
   * for await (const { payload } of room.messages("new_msg", { limit: 100 })) {
   *   console.log(payload.body);
   * }
   * ```
   */
  messages<E extends MessageEvent<C> = MessageEvent<C>>(
    event?: E,
    options: MessagesOptions = {},
  ): Messages<ChannelMessage<C, E>> {
    const { limit, overflow } = messagesOptions(options);
    if (event !== undefined) checkEvent(event);
    const inbox = readMessages(BaseChannel.coreOf(this).messages, {
      event,
      limit,
      overflow,
      leave: () => void this.leave(),
      close: (queue) => BaseChannel.coreOf(this).overflow(queue),
    });
    // Where nothing will come, because the channel has ended, the loop is told so.
    const { state, topic } = this;
    if (state.type === "left") inbox.end();
    if (state.type === "errored") inbox.end(new ChannelEndedError(topic, state.reason));
    return inbox as Messages<unknown> as Messages<ChannelMessage<C, E>>;
  }

  /**
   * Calls `handler` with what the server sent and the channel's schema does not take. Such a message
   * reaches no other handler and no loop. Where there is no handler, the logger is told.
   * @returns the function that removes the handler.
   *
   * @example
   * ```ts
   * room.onInvalid((error) => console.warn(error.event, error.issues.length));
   * ```
   */
  onInvalid(handler: InvalidHandler): () => void {
    return onInvalid(this, handler);
  }

  /** The present state and every change, for a loop that ends when the channel is left or errored. */
  states(): AsyncIterableIterator<ChannelState, undefined, undefined> {
    const { state } = this;
    const over = state.type === "left" || state.type === "errored";
    return over ? readLastState(state) : readStates(BaseChannel.coreOf(this).states, state);
  }
}

/** The options of a loop, checked, and with their defaults. */
export function messagesOptions(options: MessagesOptions): Required<MessagesOptions> {
  checkOptions(options, ["limit", "overflow"]);
  const { limit = 1_000, overflow = "fail" } = options;
  checkWhole("limit", limit);
  if (OVERFLOWS.includes(overflow)) return { limit, overflow };
  throw new OptionError("overflow", overflow, `one of ${OVERFLOWS.join(", ")}`);
}
