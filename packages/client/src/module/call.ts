// One call of the rest of the program: a promise for the caller, and a way to answer for the client.
import { onAbort } from "../abort.ts";
import { Outcome, type Tally } from "../outcome.ts";
import { CallError } from "./errors.ts";
import type { Alarm } from "./alarms.ts";

/** What `handleCall` returns when the answer comes later, by `caller.reply`. */
export const REPLY_LATER: unique symbol = Symbol("slipstream.replyLater");

/** Whoever made a call, and waits for its answer. The first answer counts. */
export interface Caller {
  /** Answers the call. */
  reply(answer: unknown): void;
  /** Rejects the call. */
  reject(error: unknown): void;
}

export class Call extends Outcome<unknown> implements Caller {
  constructor(
    tally: Tally,
    { timeout, signal }: { timeout: number; signal: AbortSignal | undefined },
    alarm: Alarm,
  ) {
    super(tally);
    this.releaseWhenSettled(
      onAbort(signal, (cause) => this.reject(new CallError({ type: "aborted", cause }))),
    );
    if (this.settled) return;
    this.releaseWhenSettled(
      alarm(timeout, () => this.reject(new CallError({ type: "timeout", timeout }))),
    );
  }

  reply(answer: unknown): void {
    this.resolve(answer);
  }
}
