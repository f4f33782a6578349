// What stands behind a channel: its machine, who waits for it, and who listens to it. Untyped and
// not for users, who see it through Channel.
import type {
  ChannelEndReason,
  ChannelMachine,
  ChannelState,
  Session,
  SessionInput,
} from "@slipstream/core";
import { onAbort } from "./abort.ts";
import { ChannelEndedError, JoinError, LeaveError } from "./errors.ts";
import type { Reporter } from "./listeners.ts";
import { MessageRouter } from "./message-router.ts";
import { Outcome, type Tally } from "./outcome.ts";
import { PendingPush } from "./pending-push.ts";
import { StateStream } from "./state-stream.ts";
import { Waiters } from "./waiters.ts";

/** What a channel needs of its socket. */
export interface ChannelHost extends Reporter, Tally {
  readonly session: Session<ChannelCore, PendingPush>;
  /** How long a leave waits for the server's answer, in ms. */
  readonly leaveTimeout: number;
  /** Whether so much waits for the network that pushes are refused. */
  readonly congested: boolean;
  handle(input: SessionInput<ChannelCore, PendingPush>): void;
  /** Ends the connection, since this queue is full. */
  overflow(queue: string): void;
  /** Takes what went wrong when nobody was waiting to be told. */
  untold(error: Error): void;
}

export interface PushRequest {
  readonly event: string;
  readonly payload: unknown;
  readonly expects: "reply" | "none";
  /** Ms until it fails, from now. */
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
}

export class ChannelCore {
  readonly machine: ChannelMachine<ChannelCore, PendingPush>;
  readonly messages: MessageRouter;
  /** Sent with the join; a function is called anew for each. */
  joinParams: unknown;
  /** The typed face that users hold. Set by whoever makes both. */
  face: unknown = null;
  readonly #host: ChannelHost;
  #states: StateStream<ChannelState> | null = null;
  #joiners: Waiters<unknown> | null = null;
  #leaving: Outcome<void> | null = null;

  constructor(host: ChannelHost, topic: string, joinParams: unknown) {
    this.#host = host;
    this.joinParams = joinParams;
    this.machine = host.session.channel(topic, this);
    this.messages = new MessageRouter(topic, host);
  }

  get topic(): string {
    return this.machine.topic;
  }

  get states(): StateStream<ChannelState> {
    this.#states ??= new StateStream(`state changes of ${this.topic}`, this.#host);
    return this.#states;
  }

  /** Evaluates the params of a join. */
  params(): unknown {
    const { joinParams } = this;
    return typeof joinParams === "function" ? (joinParams as () => unknown)() : joinParams;
  }

  join(signal: AbortSignal | undefined): Outcome<unknown> {
    const { state } = this.machine;
    if (state.type === "joined") {
      const joined = new Outcome<unknown>(this.#host);
      joined.resolve(state.response);
      return joined;
    }
    const joiners = (this.#joiners ??= new Waiters<unknown>(this.#host));
    const joining = joiners.add(signal, (cause) => this.#joinGivenUp(joiners, cause));
    if (!joining.settled) this.#host.handle({ type: "joinTopic", channel: this.machine });
    return joining;
  }

  leave(): Outcome<void> {
    const leaving = this.#leaving ?? new Outcome<void>(this.#host);
    this.#leaving = leaving;
    this.stop();
    const timeout = this.#host.leaveTimeout;
    this.#host.handle({ type: "leaveTopic", channel: this.machine, timeout });
    // Where it was left before, no change of state tells of it.
    const { state } = this.machine;
    if (state.type === "left") this.#left(state.confirmed);
    return leaving;
  }

  /**
   * From now on nothing is delivered, and nobody waits for a join that was asked for before. Done at
   * once: a change of state is told only when whoever is being called right now has returned.
   */
  stop(): void {
    this.messages.end();
    this.#refuseJoiners(new JoinError(this.topic, { type: "left" }));
  }

  /** A queue is full whose policy is to close the connection. */
  overflow(queue: string): void {
    this.#host.overflow(queue);
  }

  push({ event, payload, expects, timeout, signal }: PushRequest): PendingPush {
    const pending = new PendingPush(this.#host, this.topic, event);
    const push = this.#host.session.push(this.machine, pending, event, payload, expects);
    if (signal?.aborted === true) {
      this.#host.handle({ type: "refusePush", push, code: "aborted", cause: signal.reason });
      return pending;
    }
    if (this.#host.congested) {
      this.#host.handle({ type: "refusePush", push, code: "queueFull" });
      return pending;
    }
    this.#host.handle({ type: "pushMessage", channel: this.machine, push, timeout });
    if (signal !== undefined && !pending.settled) {
      const cancel = (cause: unknown): void =>
        this.#host.handle({ type: "cancelPush", push, code: "aborted", cause });
      pending.releaseWhenSettled(onAbort(signal, cancel));
    }
    return pending;
  }

  /** The machine's state has changed. */
  changed(state: ChannelState): void {
    switch (state.type) {
      case "joined":
        this.#joiners?.resolve(state.response);
        this.#joiners = null;
        break;
      case "left":
        this.#left(state.confirmed);
        // Unless a join was asked for again since.
        if (this.machine.state.type === "left") this.stop();
        break;
      case "errored":
        this.#failed(state.reason);
        break;
      case "idle":
      case "waiting":
      case "joining":
      case "leaving":
    }
    this.#states?.tell(state);
    if (state.type === "left" || state.type === "errored") this.#states?.end();
  }

  /** The channel ended, and nothing will be tried. Whoever waits is told; if nobody does, the log is. */
  #failed(reason: ChannelEndReason): void {
    const error = new ChannelEndedError(this.topic, reason);
    this.messages.end(error);
    if (this.#joiners === null || this.#joiners.size === 0) this.#host.untold(error);
    else this.#refuseJoiners(new JoinError(this.topic, reason));
  }

  #refuseJoiners(error: JoinError): void {
    this.#joiners?.reject(error);
    this.#joiners = null;
  }

  /** One of those who wait for the join gave up. The last one takes the asking back with him. */
  #joinGivenUp(joiners: Waiters<unknown>, cause: unknown): JoinError {
    const { state } = this.machine;
    const first = (state.type === "waiting" || state.type === "joining") && !state.again;
    const back = state.type === "leaving" && state.then === "join";
    if (joiners.size === 0 && (first || back)) void this.leave();
    return new JoinError(this.topic, { type: "aborted", cause });
  }

  #left(confirmed: boolean): void {
    if (confirmed) this.#leaving?.resolve();
    else this.#leaving?.reject(new LeaveError(this.topic));
    this.#leaving = null;
  }
}
