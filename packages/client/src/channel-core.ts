// What stands behind a channel: its machine, who waits for it, and who listens to it. Untyped and
// not for users, who see it through Channel.
import type {
  ChannelMachine,
  ChannelState,
  PushFailure,
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

/** What a channel needs of its socket. */
export interface ChannelHost extends Reporter, Tally {
  readonly session: Session<ChannelCore, PendingPush>;
  /** How long a leave waits for the server's answer, in ms. */
  readonly leaveTimeout: number;
  handle(input: SessionInput<ChannelCore, PendingPush>): void;
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
  readonly states: StateStream<ChannelState>;
  /** Sent with the join; a function is called anew for each. */
  joinParams: unknown;
  /** The typed face that users hold. Set by whoever makes both. */
  face: unknown = null;
  readonly #host: ChannelHost;
  #joining: Outcome<unknown> | null = null;
  #leaving: Outcome<void> | null = null;

  constructor(host: ChannelHost, topic: string, joinParams: unknown) {
    this.#host = host;
    this.joinParams = joinParams;
    this.machine = host.session.channel(topic, this);
    this.messages = new MessageRouter(topic, host);
    this.states = new StateStream(`state changes of ${topic}`, host);
  }

  get topic(): string {
    return this.machine.topic;
  }

  /** Evaluates the params of a join. */
  params(): unknown {
    const { joinParams } = this;
    return typeof joinParams === "function" ? (joinParams as () => unknown)() : joinParams;
  }

  join(signal: AbortSignal | undefined): Outcome<unknown> {
    const { state } = this.machine;
    const joining = this.#joining ?? new Outcome<unknown>(this.#host);
    if (state.type === "joined") {
      joining.resolve(state.response);
      return joining;
    }
    this.#joining = joining;
    joining.releaseWhenSettled(
      onAbort(signal, (cause) => {
        joining.reject(new JoinError(this.topic, { type: "aborted", cause }));
        void this.leave();
      }),
    );
    if (!joining.settled) this.#host.handle({ type: "joinTopic", channel: this.machine });
    return joining;
  }

  leave(): Outcome<void> {
    const leaving = this.#leaving ?? new Outcome<void>(this.#host);
    this.#leaving = leaving;
    const timeout = this.#host.leaveTimeout;
    this.#host.handle({ type: "leaveTopic", channel: this.machine, timeout });
    // Where it was left before, no change of state tells of it.
    const { state } = this.machine;
    if (state.type === "left") this.#left(state.confirmed);
    return leaving;
  }

  push({ event, payload, expects, timeout, signal }: PushRequest): PendingPush {
    const pending = new PendingPush(this.#host, this.topic, event);
    const push = this.#host.session.push(this.machine, pending, event, payload, expects);
    this.#host.handle({ type: "pushMessage", channel: this.machine, push, timeout });
    const cancel = (code: PushFailure): void =>
      this.#host.handle({ type: "cancelPush", push, code });
    if (signal !== undefined) {
      pending.releaseWhenSettled(onAbort(signal, () => cancel("aborted")));
    }
    return pending;
  }

  /** The machine's state has changed. */
  changed(state: ChannelState): void {
    switch (state.type) {
      case "joined":
        this.#joining?.resolve(state.response);
        this.#joining = null;
        break;
      case "leaving":
        this.#withdraw();
        break;
      case "left":
        this.#left(state.confirmed);
        this.#withdraw();
        break;
      case "errored":
        this.messages.end(new ChannelEndedError(this.topic, state.reason));
        if (this.#joining === null) {
          this.#host.untold(new ChannelEndedError(this.topic, state.reason));
        } else {
          this.#joining.reject(new JoinError(this.topic, state.reason));
          this.#joining = null;
        }
        break;
      case "idle":
      case "waiting":
      case "joining":
    }
    this.states.tell(state);
    if (state.type === "left" || state.type === "errored") this.states.end();
  }

  /** Ends what waited for a membership, unless a join was asked for again since. */
  #withdraw(): void {
    const { state } = this.machine;
    if (state.type !== "left" && !(state.type === "leaving" && state.then === "stay")) return;
    this.messages.end();
    this.#joining?.reject(new JoinError(this.topic, { type: "left" }));
    this.#joining = null;
  }

  #left(confirmed: boolean): void {
    if (confirmed) this.#leaving?.resolve();
    else this.#leaving?.reject(new LeaveError(this.topic));
    this.#leaving = null;
  }
}
