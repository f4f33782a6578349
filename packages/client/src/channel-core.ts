// What stands behind a channel: its machine, who waits for it, and who listens to it. Untyped and
// not for users, who see it through Channel.
import type {
  ChannelEndReason,
  ChannelMachine,
  ChannelState,
  ChannelStateOf,
  Push,
  PushFailure,
  Session,
  SessionInput,
} from "@slipstream/core";
import { onAbort } from "./abort.ts";
import { ChannelEndedError, JoinError, LeaveError } from "./errors.ts";
import { MessageRouter, type RoutedMessage, type RouterHost } from "./message-router.ts";
import { Outcome, type Tally } from "./outcome.ts";
import { PendingPush } from "./pending-push.ts";
import { Listeners } from "./listeners.ts";
import type { Settings } from "./settings.ts";
import type { Observed } from "./telemetry/probe.ts";
import { Waiters } from "./waiters.ts";

/** What a channel needs of its socket. */
export interface ChannelHost extends RouterHost, Tally, Observed {
  readonly session: Session<ChannelCore, PendingPush>;
  readonly options: Settings;
  /** Whether so much waits for the network that pushes are refused. */
  readonly congested: boolean;
  handle(input: SessionInput<ChannelCore, PendingPush>): void;
  /** Ends the connection, since this queue is full. */
  overflow(queue: string): void;
}

export interface PushRequest {
  readonly event: string;
  readonly payload: unknown;
  readonly expects: "reply" | "none";
  /** Ms until it fails, from now. */
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
}

/** The same as a program asks for it. */
export interface AskedPush {
  readonly event: string;
  readonly payload?: unknown;
  readonly expects: "reply" | "none";
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

/** What a schema makes of all that goes through a channel. See channel-checks.ts. */
export interface Checks {
  /** Resolves with what is to be sent with the join, or rejects. */
  params(params: unknown): Promise<unknown>;
  /** Sends or refuses a push, in the order of the calls, and judges what it is answered. */
  push(push: Push<PendingPush>, request: PushRequest): void;
  /** The server is asked to let us in. */
  joining(state: ChannelStateOf<"joining">): void;
  /** Takes the server's word, and in its time calls the core's `joined` or `refuseJoin`. */
  joined(state: ChannelStateOf<"joined">): void;
  /** What it made of the answer to the join that led to `state`; null if there is nothing yet. */
  accepted(state: ChannelState): { readonly response: unknown } | null;
  /** Whether this is a first join, whose answer is still being checked. */
  judging(state: ChannelState): boolean;
  received(message: RoutedMessage): void;
  /** What whoever waits for a join is told of its failure. */
  failure(reason: ChannelEndReason): JoinError | null;
  /** Calls `end` when all that came before has been handed over. No push that waits is sent. */
  ended(end: () => void): void;
  /** Nothing that waits is handed over or sent. */
  stop(): void;
}

type Left = Extract<ChannelState, { type: "left" }>;

/** What `disconnect()` and `reset()` do to those who wait for a join. */
const DISCONNECTED: ChannelEndReason = { type: "disconnected", reason: { type: "requested" } };

export class ChannelCore {
  readonly machine: ChannelMachine<ChannelCore, PendingPush>;
  readonly messages: MessageRouter;
  /** Sent with the join; a function is called anew for each. */
  joinParams: unknown;
  /** The typed face that users hold. Set by whoever makes both. */
  face: unknown = null;
  /** Null unless the channel has a schema. Set before anything is joined or pushed. */
  checks: Checks | null = null;
  /** Says why it may not be joined now, or null. A pool sets it: what was left may have lost its room. */
  refusal: (() => Error | null) | null = null;
  readonly host: ChannelHost;
  #states: Listeners<[state: ChannelState]> | null = null;
  readonly #joiners: Waiters<unknown>;
  #leaving: Outcome<void> | null = null;

  constructor(host: ChannelHost, topic: string) {
    this.host = host;
    this.machine = host.session.channel(topic, this);
    this.messages = new MessageRouter(topic, host);
    this.#joiners = new Waiters(host);
  }

  get topic(): string {
    return this.machine.topic;
  }

  get states(): Listeners<[state: ChannelState]> {
    const what = `a handler of state changes of ${this.topic}`;
    return (this.#states ??= new Listeners(what, this.host.options.logger));
  }

  /** What the server answered to the join that holds; undefined unless it is there, and checked. */
  get response(): unknown {
    return this.#accepted()?.response;
  }

  /** Evaluates the params of a join. */
  params(): unknown {
    const { joinParams, checks } = this;
    const params = typeof joinParams === "function" ? (joinParams as () => unknown)() : joinParams;
    return checks === null ? params : checks.params(params);
  }

  join(signal: AbortSignal | undefined): Outcome<unknown> {
    const accepted = this.#accepted();
    if (accepted !== null) {
      return new Outcome<unknown>(this.host, { type: "done", value: accepted.response });
    }
    const refusal = signal?.aborted !== true && this.refusal?.();
    if (refusal) {
      const refused = new Outcome<unknown>(this.host);
      refused.reject(refusal);
      return refused;
    }
    const joining = this.#joiners.add(signal, (cause) => this.#joinGivenUp(cause));
    if (!joining.settled) this.host.handle({ type: "joinTopic", channel: this.machine });
    return joining;
  }

  leave(timeout: number = this.host.options.joinTimeout): Outcome<void> {
    const leaving = this.#leaving ?? new Outcome<void>(this.host);
    this.#leaving = leaving;
    this.stop("leave");
    this.host.handle({ type: "leaveTopic", channel: this.machine, timeout });
    // Where it was left before, no change of state tells of it.
    const { state } = this.machine;
    if (state.type === "left") this.#left(state);
    return leaving;
  }

  /**
   * From now on nothing is delivered, and nobody waits for a join that was asked for before. Done at
   * once: a change of state is told only when whoever is being called right now has returned.
   */
  stop(by: Left["by"]): void {
    this.checks?.stop();
    this.messages.end();
    // An error that nobody gets would take as long as handing over a hundred messages.
    if (this.#awaited) {
      this.#refuse(new JoinError(this.topic, by === "leave" ? { type: "left" } : DISCONNECTED));
    }
  }

  /** A queue is full whose policy is to close the connection. */
  overflow(queue: string): void {
    this.host.overflow(queue);
  }

  /** Takes a message of the membership. */
  received(message: RoutedMessage): void {
    if (this.checks === null) this.messages.deliver(message);
    else this.checks.received(message);
  }

  /** `pending` takes the outcome. */
  push(
    { event, payload = {}, expects, timeout = this.host.options.pushTimeout, signal }: AskedPush,
    pending: PendingPush = new PendingPush(this.host, this.topic, event),
  ): PendingPush {
    const request = { event, payload, expects, timeout, signal };
    const push = this.host.session.push(this.machine, pending, event, payload, expects);
    this.host.options.telemetry?.pushBegan(this.host, this.machine, push);
    if (signal?.aborted === true) this.refuse(push, "aborted", signal.reason);
    else if (this.host.congested) this.refuse(push, "queueFull");
    else if (this.checks === null) this.send(push, request);
    else this.checks.push(push, request);
    return pending;
  }

  send(push: Push<PendingPush>, { timeout, signal }: PushRequest): void {
    const { owner: pending } = push;
    this.host.handle({ type: "pushMessage", channel: this.machine, push, timeout });
    if (signal !== undefined && !pending.settled) {
      const cancel = (cause: unknown): void =>
        this.host.handle({ type: "cancelPush", push, code: "aborted", cause });
      pending.releaseWhenSettled(onAbort(signal, cancel));
    }
  }

  /** In place of `send`: it has an outcome already. */
  refuse(push: Push<PendingPush>, code: PushFailure, cause?: unknown): void {
    this.host.handle({ type: "refusePush", push, code, cause });
  }

  /** The machine's state has changed. */
  changed(state: ChannelState): void {
    switch (state.type) {
      case "joining":
        this.checks?.joining(state);
        break;
      case "joined":
        if (this.checks === null) this.joined(state.response);
        else this.checks.joined(state);
        break;
      case "left":
        this.#left(state);
        // Unless a join was asked for again since.
        if (this.machine.state.type === "left") this.stop(state.by);
        break;
      case "errored":
        this.#failed(state.reason);
        break;
      case "idle":
      case "waiting":
      case "leaving":
    }
    this.#states?.call(state);
    if (state.type === "left" || state.type === "errored") this.#states?.end();
  }

  /** The channel ended, and nothing will be tried. Whoever waits is told; if nobody does, the log is. */
  #failed(reason: ChannelEndReason): void {
    const error = new ChannelEndedError(this.topic, reason);
    if (this.checks === null) this.messages.end(error);
    else this.checks.ended(() => this.messages.end(error));
    if (this.#awaited) {
      this.#refuse(this.checks?.failure(reason) ?? new JoinError(this.topic, reason));
    } else if (reason.type !== "disconnected" || this.host.session.state.type !== "ended") {
      // That the socket ended, with all its channels, is the socket's to tell.
      this.host.options.logger.untold(error);
    }
  }

  /** The server let us in, and whoever waits gets its response. */
  joined(response: unknown): void {
    this.#joiners.settle({ type: "done", value: response });
  }

  /** The server let us in, and we do not take its answer. */
  refuseJoin(error: JoinError): void {
    if (this.#awaited) this.#refuse(error);
    else this.host.options.logger.untold(error);
    this.messages.end(error);
    void this.leave();
  }

  #accepted(): { readonly response: unknown } | null {
    const { state } = this.machine;
    if (state.type !== "joined") return null;
    return this.checks === null ? state : this.checks.accepted(state);
  }

  get #awaited(): boolean {
    return this.#joiners.size > 0;
  }

  #refuse(error: JoinError): void {
    this.#joiners.settle({ type: "failed", error });
  }

  /** One of those who wait for the join gave up. The last one takes the asking back with him. */
  #joinGivenUp(cause: unknown): JoinError {
    const { state } = this.machine;
    const asking = (state.type === "waiting" || state.type === "joining") && !state.again;
    const first = asking || this.checks?.judging(state) === true;
    const back = state.type === "leaving" && state.then === "join";
    if (!this.#awaited && (first || back)) void this.leave();
    return new JoinError(this.topic, { type: "aborted", cause });
  }

  #left(state: Left): void {
    if (state.by === "leave" && !state.confirmed) this.#leaving?.reject(new LeaveError(this.topic));
    else this.#leaving?.resolve();
    this.#leaving = null;
  }
}
