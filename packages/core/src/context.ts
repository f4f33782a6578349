// What the machines of one session share: its options, its counters, the refs, the deadlines, the
// randomness, and the list of effects that the runtime has yet to perform.
import { Counters, type IgnoredFrame } from "./counters.ts";
import { Deadlines } from "./deadlines.ts";
import type { Effect } from "./effect.ts";
import type { ChannelEndReason, EndReason } from "./end-reason.ts";
import type { ClientMessage } from "./message.ts";
import type { Push, PushOutcome } from "./push/push.ts";
import type { Random } from "./random.ts";
import type { RetryPolicy } from "./retry.ts";

/** What a session does by option. All times are ms. */
export interface SessionOptions {
  /** How long an attempt to connect may take, credentials included. */
  readonly connectTimeout: number;
  /** How long each wait of a closing handshake may take before the transport is reset. */
  readonly closeTimeout: number;
  /** How long each half of a join may take: evaluating the params, and the server's answer. */
  readonly joinTimeout: number;
  /** How often to ask the server for a sign of life, and how long to wait for any; null for never. */
  readonly heartbeat: { readonly interval: number; readonly timeout: number } | null;
  /** How long the program may keep the transport from reading. */
  readonly maxPause: number;
  /** How many pushes may wait in one channel for it to join. */
  readonly maxQueued: number;
  /** How many pushes of one channel, and how many pings, may be on their way without an outcome. */
  readonly maxInFlight: number;
  readonly reconnect: RetryPolicy<EndReason>;
  /**
   * After a 401 or 403: end, unless the credentials differ when they are evaluated again; and end after
   * `MAX_REFUSALS` in a row.
   */
  readonly credentialsMustChange: boolean;
  readonly rejoin: RetryPolicy<ChannelEndReason>;
  /** Makes every random choice of the session, none of which is a secret. */
  readonly random: Random;
}

/** `C` and `P` are the program's own objects for a channel and for a push. */
export class Context<C, P> {
  readonly options: SessionOptions;
  readonly counters: Counters = new Counters();
  readonly deadlines: Deadlines = new Deadlines();
  effects: Effect<C, P>[] = [];
  /** The session's clock, in whole ms, as of the input that is being handled. */
  now = 0;
  /** Whether frames can be sent. */
  open = false;
  #refs = 0;

  constructor(options: SessionOptions) {
    this.options = options;
  }

  /** A ref that this session has never used. They are not reused after a reconnect, so that a late reply finds nobody. */
  nextRef(): string {
    this.#refs += 1;
    return String(this.#refs);
  }

  emit(effect: Effect<C, P>): void {
    this.effects.push(effect);
  }

  /** All that was emitted has been performed. */
  forgetEffects(): void {
    // What has grown has room for 17 or more, a copy for what is in it: at rest there is one at most.
    if (this.effects.length > 1) this.effects = this.effects.slice(0, 1);
    this.effects.pop();
  }

  /** Has a message sent, on behalf of `push` if there is one. */
  send(message: ClientMessage, push: Push<P> | null = null): void {
    this.emit({ type: "sendMessage", message, push });
  }

  /** Gives a push its outcome. */
  settle(push: Push<P>, outcome: PushOutcome): void {
    this.deadlines.clear(push);
    this.counters.pushSettled(outcome);
    this.emit({ type: "pushSettled", push: push.owner, outcome });
  }

  /** Drops a frame that means nothing here and now, and says so. */
  ignore(why: IgnoredFrame): void {
    this.counters.ignored[why] += 1;
    this.emit({ type: "frameIgnored", why });
  }
}
