// The topics of a client in module style: memberships that end when they end, and begin when the
// program says so. What happened to each is told in order; what is next is the program's word.
import type { ChannelState, PushOutcome, RetryPolicy, ChannelEndReason } from "@slipstream/core";
import { ChannelCore } from "../channel-core.ts";
import { PendingPush } from "../pending-push.ts";
import type { SocketCore } from "../socket-core.ts";
import type { Alarm } from "./alarms.ts";
import type { ControlMail, MessageMail } from "./mail.ts";

/** Where a topic stands; undefined where no join was ever asked for. */
export type JoinStatus = "requested" | "joined" | "closed" | undefined;

export interface PushRequest {
  readonly event: string;
  readonly payload: unknown;
  readonly expects: "reply" | "none";
  readonly timeout: number;
}

interface Membership {
  channel: ChannelCore;
  /** Whether the program has asked for its end. */
  leaving: boolean;
  /** The last connection on which the program wanted it, by number. */
  wantedOn: number;
  /** Takes a rejoin back that waits for its moment. */
  cancelRejoin: (() => void) | null;
}

/** A push that tells its outcome, rather than being awaited. */
class ToldPush extends PendingPush {
  readonly #tell: (outcome: PushOutcome) => void;

  constructor(core: SocketCore, topic: string, event: string, tell: (o: PushOutcome) => void) {
    super(core, topic, event);
    this.#tell = tell;
  }

  override settle(outcome: PushOutcome): void {
    this.resolve(undefined);
    this.#tell(outcome);
  }
}

export class Topics {
  readonly #core: SocketCore;
  readonly #rejoin: RetryPolicy<ChannelEndReason>;
  readonly #alarm: Alarm;
  readonly #tell: (mail: MessageMail | ControlMail) => void;
  readonly #memberships = new Map<string, Membership>();
  /** Pushes without an outcome yet, by ref, in words. */
  readonly #pushes = new Map<string, string>();
  #ref = 0;
  #connection = 0;

  constructor(
    core: SocketCore,
    rejoin: RetryPolicy<ChannelEndReason>,
    alarm: Alarm,
    tell: (mail: MessageMail | ControlMail) => void,
  ) {
    this.#core = core;
    this.#rejoin = rejoin;
    this.#alarm = alarm;
    this.#tell = tell;
  }

  /** Joins at once, if there is a connection and it is not done already. */
  join(topic: string, params: unknown): void {
    if (this.#core.state.type !== "open") return;
    const membership = this.#membership(topic, params);
    membership.cancelRejoin?.();
    membership.cancelRejoin = null;
    membership.wantedOn = this.#connection;
    this.#core.handle({ type: "joinTopic", channel: membership.channel.machine });
  }

  /** Joins again, after the policy's delay where the topic was closed. Returns false if there is nothing to join again. */
  rejoin(topic: string, params: unknown): boolean {
    const membership = this.#memberships.get(topic);
    if (membership === undefined) return false;
    const wanted = params === undefined ? membership.channel.joinParams : params;
    const { state } = membership.channel.machine;
    if (state.type !== "waiting" || this.#core.state.type !== "open") {
      this.join(topic, wanted);
      return true;
    }
    membership.channel.joinParams = wanted;
    if (membership.cancelRejoin !== null) return true;
    const { attempt, again, cause } = state;
    if (cause === null) return true;
    const delay = this.#rejoin({ attempt: attempt - 1, cause, again, random: Math.random });
    if (delay === false) return true;
    membership.cancelRejoin = this.#alarm(delay, () => this.join(topic, wanted));
    return true;
  }

  leave(topic: string): void {
    const membership = this.#memberships.get(topic);
    if (membership === undefined) return;
    membership.cancelRejoin?.();
    membership.cancelRejoin = null;
    if (this.#status(membership) === "closed") {
      this.#memberships.delete(topic);
      this.#end(membership);
      return;
    }
    membership.leaving = true;
    this.#end(membership);
  }

  /** Pushes, and returns the ref under which the outcome is told. */
  push(topic: string, { event, payload, expects, timeout }: PushRequest): string {
    this.#ref += 1;
    const ref = String(this.#ref);
    this.#pushes.set(ref, `the reply to the push ${event} to ${topic} (ref ${ref})`);
    const pending = new ToldPush(this.#core, topic, event, (outcome) => {
      this.#pushes.delete(ref);
      if (outcome.type !== "sent")
        this.#tell({ type: "replied", ref, topic, event, reply: outcome });
    });
    const membership = this.#memberships.get(topic);
    const open = membership !== undefined && this.#status(membership) !== "closed";
    // A channel of which the session knows nothing refuses the push, and counts it.
    const channel = open ? membership.channel : new ChannelCore(this.#core, topic);
    channel.push({ event, payload, expects, timeout }, pending);
    return ref;
  }

  status(topic: string): JoinStatus {
    const membership = this.#memberships.get(topic);
    return membership === undefined ? undefined : this.#status(membership);
  }

  /** What the server answered to the join of a topic that is joined. */
  response(topic: string): unknown {
    const state = this.#memberships.get(topic)?.channel.machine.state;
    return state?.type === "joined" ? state.response : undefined;
  }

  /** Whether a rejoin waits for its moment. */
  isRejoining(topic: string): boolean {
    return (this.#memberships.get(topic)?.cancelRejoin ?? null) !== null;
  }

  /** Whether a leave that was asked for is not over. */
  isLeaving(topic: string): boolean {
    return this.#memberships.get(topic)?.leaving === true;
  }

  /** A push without an outcome yet, in words; undefined where there is none of this ref. */
  wordsFor(ref: string): string | undefined {
    return this.#pushes.get(ref);
  }

  /** A connection was opened. */
  connected(): void {
    this.#connection += 1;
  }

  /**
   * The connection is gone: nothing comes back by itself. Topics of this connection and the one before
   * can be joined again by name; older ones are forgotten, so that they do not pile up.
   */
  disconnected(): void {
    for (const [topic, membership] of this.#memberships) {
      membership.cancelRejoin?.();
      membership.cancelRejoin = null;
      if (membership.wantedOn < this.#connection) this.#memberships.delete(topic);
      this.#end(membership);
    }
  }

  #status({ channel }: Membership): "requested" | "joined" | "closed" {
    switch (channel.machine.state.type) {
      case "joined":
        return "joined";
      case "joining":
      case "leaving":
        return "requested";
      case "idle":
      case "waiting":
      case "left":
      case "errored":
        return "closed";
    }
  }

  #end({ channel }: Membership): void {
    // What becomes of it is told by the channel's state.
    channel.leave().catch(() => {});
  }

  /** The membership of a topic, on a channel that can be joined. */
  #membership(topic: string, params: unknown): Membership {
    const channel = this.#core.channel(topic, params);
    const known = this.#memberships.get(topic);
    if (known?.channel === channel) return known;
    const membership: Membership = {
      channel,
      leaving: false,
      wantedOn: this.#connection,
      cancelRejoin: null,
    };
    this.#memberships.set(topic, membership);
    channel.states.add((state) => this.#changed(membership, state));
    channel.messages.onEverything(({ event, payload }) => {
      this.#tell({ type: "message", topic, event, payload });
    });
    return membership;
  }

  #changed(membership: Membership, state: ChannelState): void {
    const { topic } = membership.channel;
    switch (state.type) {
      case "joined":
        this.#tell({ type: "joined", topic, response: state.response });
        return;
      case "waiting":
        // The connection was lost, which is told once and not for each topic; or the topic was closed.
        if (state.for === "connection") this.#end(membership);
        else if (state.cause !== null)
          this.#tell({ type: "topicClosed", topic, reason: state.cause });
        return;
      case "left":
        this.#left(membership, state.by === "disconnect" || state.confirmed);
        return;
      case "errored":
        if (state.reason.type !== "disconnected") {
          this.#tell({ type: "topicClosed", topic, reason: state.reason });
        }
        return;
      case "idle":
      case "joining":
      case "leaving":
    }
  }

  #left(membership: Membership, confirmed: boolean): void {
    if (!membership.leaving) return;
    membership.leaving = false;
    const { topic } = membership.channel;
    // Unless a join was asked for meanwhile.
    const { state } = membership.channel.machine;
    if (state.type === "left" && this.#memberships.get(topic) === membership) {
      this.#memberships.delete(topic);
    }
    this.#tell({ type: "left", topic, confirmed });
  }
}
