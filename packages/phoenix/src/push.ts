// npm phoenix's Push: an event on its way, and who is told what became of it.
import type { Push as CorePush, PushOutcome } from "@slipstream/core";
import { call } from "./call.ts";
import type { Channel } from "./channel.ts";
import type { Loose } from "./loose.ts";
import { EVENT, handedOver } from "./message.ts";
import { closure } from "./params.ts";
import type { Pending } from "./pending.ts";

/** Those that the client tells of itself are "ok", "error" and "timeout"; a server may answer any other. */
export type PushStatus = "ok" | "error" | "timeout";

interface Received {
  readonly status: string;
  readonly response: Loose;
}

/** One push, or the join or a leave of a channel. Made by `channel.push`, `join` and `leave`. */
export class Push implements Pending {
  readonly channel: Channel;
  readonly event: string;
  /** What is sent; asked for at each sending. */
  payload: () => Loose;
  /** Ms to wait for the answer. */
  timeout: number;
  receivedResp: Received | null = null;
  recHooks: { readonly status: string; readonly callback: (response?: Loose) => Loose }[] = [];
  /** @internal What the session knows it by; null where it is a join or a leave, and before it is sent. */
  inSession: CorePush<Pending> | null = null;
  #ref: string | null = null;

  constructor(channel: Channel, event: string, payload: Loose, timeout: number) {
    this.channel = channel;
    this.event = event;
    this.payload = closure(payload || {});
    this.timeout = timeout;
  }

  /** What it is sent under, once it is. */
  get ref(): string | null {
    const ref = this.inSession === null ? this.#ref : this.inSession.ref;
    return ref === null ? null : String(ref);
  }

  /** Whether it has been handed to the connection. */
  get sent(): boolean {
    return this.ref !== null;
  }

  /** Sends it, or has it wait until it can be. */
  send(): void {
    if (this.hasReceived("timeout")) return;
    if (this.event === EVENT.join) this.channel.rejoin(this.timeout);
    else this.channel.member.push(this);
  }

  /** Sends it once more, whatever became of it. */
  resend(timeout: number): void {
    this.timeout = timeout;
    this.reset();
    this.send();
  }

  /**
   * Has `callback` be told of the answer with this status, at once if it is there. "timeout" is told when
   * the server has not answered in time; "error" when it refuses, and at once when it can answer no
   * more: then the response is `{ reason, source, sent }`.
   */
  receive(status: PushStatus | (string & {}), callback: (response?: Loose) => Loose): this {
    const { receivedResp } = this;
    this.recHooks.push({ status, callback });
    if (receivedResp !== null && receivedResp.status === status) {
      call(this.#what(status), callback, receivedResp.response);
    }
    return this;
  }

  hasReceived(status: string): boolean {
    return this.receivedResp?.status === status;
  }

  /** Forgets what was received. */
  reset(): void {
    this.inSession = null;
    this.#ref = null;
    this.receivedResp = null;
  }

  /** Gives up on it, if it waits to be sent. */
  cancelTimeout(): void {
    if (this.inSession !== null && !this.sent) this.channel.member.giveUp(this.inSession);
  }

  /** Tells of an answer. */
  trigger(status: string, response: Loose): void {
    this.receivedResp = { status, response };
    for (const hook of this.recHooks.filter((one) => one.status === status)) {
      call(this.#what(status), hook.callback, response);
    }
  }

  /** @internal A join was sent under this ref. */
  sentAs(ref: string): void {
    this.#ref = ref;
  }

  /** @internal The session's word of what became of it. */
  settle(outcome: PushOutcome): void {
    this.channel.member.settled(this);
    if (outcome.type === "ok") this.trigger("ok", handedOver(outcome.response));
    else if (outcome.type === "refused") this.trigger(outcome.status, handedOver(outcome.response));
    else if (outcome.type === "failed") {
      const { code: reason, sent } = outcome;
      if (reason === "timeout") this.trigger("timeout", {});
      else {
        const source = reason === "disconnected" ? "transport" : "client";
        this.trigger("error", { reason, source, sent });
      }
    }
  }

  #what(status: string): string {
    return `a receive("${status}") of ${this.event} on ${this.channel.topic}`;
  }
}
