// The answer to a push after its handler has returned.
import type { PushMessage, ReplyMessage, Ref } from "@slipstream/core";
import type { LateReply } from "./channel-context.ts";
import { reply } from "./results.ts";

/** Sends a message for the membership it was made by, and says whether that was still there. */
export type SendLate = (message: ReplyMessage) => boolean;

export class PendingReply implements LateReply {
  readonly #topic: string;
  readonly #joinRef: Ref | null;
  readonly #ref: Ref | null;
  readonly event: string;
  readonly #send: SendLate;
  #answered = false;

  constructor({ topic, joinRef, ref, event }: PushMessage, send: SendLate) {
    this.#topic = topic;
    this.#joinRef = joinRef;
    this.#ref = ref;
    this.event = event;
    this.#send = send;
  }

  /** Its handler answers. False if it is answered. */
  answerNow(): boolean {
    if (this.#answered) return false;
    this.#answered = true;
    return true;
  }

  reply(...args: [unknown?] | [string, unknown]): boolean {
    if (this.#answered) return false;
    const { status, response } = args.length === 2 ? reply(args[0], args[1]) : reply(args[0]);
    const sent = this.#send({
      type: "reply",
      topic: this.#topic,
      joinRef: this.#joinRef,
      ref: this.#ref,
      status,
      response,
    });
    this.#answered = true;
    return sent;
  }
}
