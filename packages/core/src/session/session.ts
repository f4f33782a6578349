// One socket's whole life as a pure machine: inputs in, effects out. It routes each input to the
// connection, a channel or a push. No I/O and no timers here: the runtime performs the effects, and
// wakes the session at `wakeAt`.
import { ChannelMachine } from "../channel/machine.ts";
import type { SessionOptions } from "../context.ts";
import type { Counters } from "../counters.ts";
import type { Effect } from "../effect.ts";
import { PHOENIX_TOPIC, type ClientMessage, type ServerMessage } from "../message.ts";
import { Push } from "../push/push.ts";
import type { SmallMap } from "../small-map.ts";
import { Connection } from "./connection.ts";
import type { SessionInput } from "./input.ts";
import type { Reader, Reading } from "./reading.ts";
import type { SessionState } from "./state.ts";

/**
 * The state machine of a socket and its channels.
 *
 * `C` and `P` are the program's own objects for a channel and a push; effects hand them back.
 * Times are ms of one clock that never goes back.
 *
 * @example
 * ```ts
 * import { backoff, seededRandom, Session, type Effect, type SessionOptions } from "@slipstream/core";
 *
 * const options: SessionOptions = {
 *   connectTimeout: 10_000,
 *   closeTimeout: 5_000,
 *   joinTimeout: 10_000,
 *   heartbeat: { interval: 30_000, timeout: 10_000 },
 *   maxPause: 5_000,
 *   maxQueued: 1_000,
 *   maxInFlight: 10_000,
 *   reconnect: ({ attempt, random }) => backoff(attempt, random),
 *   credentialsMustChange: true,
 *   rejoin: () => false,
 *   random: seededRandom(1),
 * };
 * const session = new Session<string, string>(options);
 * session.handle({ type: "connectSocket" }, 0);
 * const effects: Effect<string, string>[] = session.effects.splice(0);
 * // [{ type: "resolveCredentials", serial: 1 }, { type: "sessionChanged", state: … }]
 * session.handle({ type: "credentialsResolved", serial: 1, changed: true }, 5);
 * ```
 */
export interface Session<C, P> {
  readonly state: SessionState;
  /** Whether frames are read, and if not, who keeps them from being read. */
  readonly reading: Reading;
  readonly counters: Counters;
  /** What is to be done and told, in order. The runtime takes out what it performs. */
  readonly effects: Effect<C, P>[];
  /** When to call `wake`, in ms of the clock that `handle` is given; Infinity for never. */
  readonly wakeAt: number;
  /** The channels that the server knows of or soon will, by topic. */
  readonly channels: Pick<SmallMap<ChannelMachine<C, P>>, "get" | "size" | "values">;
  /** Takes out all effects: they were performed. */
  forgetEffects(): void;
  /** Makes a channel, which belongs to nobody until it is joined. */
  channel(topic: string, owner: C): ChannelMachine<C, P>;
  /** Makes a push for a channel, to be given to `pushMessage`, once. */
  push(
    channel: ChannelMachine<C, P>,
    owner: P,
    event: string,
    payload: unknown,
    expects: "reply" | "none",
  ): Push<P>;
  /** Makes a ping, to be given to `pingServer`, once. */
  ping(owner: P): Push<P>;
  /** A ref that this session never uses, for whoever writes messages of his own. */
  nextRef(): string;
  /** Lets all that was due by `now` happen. */
  wake(now: number): void;
  /** Takes one input. `now` is in ms and never goes back. */
  handle(input: SessionInput<C, P>, now: number): void;
  /**
   * Takes a message: the same as the input `messageReceived`, without making one. `now` may be the
   * moment of an earlier message of the same batch.
   */
  receive(message: ServerMessage, now: number): void;
}

/** @param reader `Reader`, where reading can be paused; elsewhere `pauseReading` does nothing. */
type NewSession = new <C, P>(options: SessionOptions, reader?: typeof Reader) => Session<C, P>;

// Its connection, behind a narrower face: what the machines of a session know of each other is not for
// the program.
class BaseSession<C, P> extends Connection<C, P> implements Session<C, P> {
  get wakeAt(): number {
    return this.deadlines.next;
  }

  channel(topic: string, owner: C): ChannelMachine<C, P> {
    return new ChannelMachine(this, this.channels, topic, owner);
  }

  push(
    channel: ChannelMachine<C, P>,
    owner: P,
    event: string,
    payload: unknown,
    expects: "reply" | "none",
  ): Push<P> {
    return new Push(channel.pushes, owner, event, payload, expects);
  }

  ping(owner: P): Push<P> {
    return new Push(this.pings, owner, "heartbeat", {}, "reply");
  }

  wake(now: number): void {
    this.now = Math.ceil(now);
    this.deadlines.expire(this.now);
  }

  handle(input: SessionInput<C, P>, now: number): void {
    this.now = Math.ceil(now);
    switch (input.type) {
      case "messageReceived":
        this.receive(input.message, now);
        return;
      case "frameRejected":
        if (this.open) this.heartbeat.heard();
        this.ignore(this.open ? "undecodable" : "closing");
        return;
      case "pingServer":
        this.#ping(input.push, input.timeout);
        return;
      case "cancelPush":
        input.push.home.cancel(input.push, input.code, input.cause);
        return;
      case "refusePush":
        input.push.home.fail(input.push, input.code, input.cause);
        return;
      case "pushSent":
        input.push.home.sent(input.push);
        return;
      case "messageUnsendable":
        this.#unsendable(input.message, input.push, input.cause);
        return;
      case "joinTopic":
      case "leaveTopic":
      case "pushMessage":
      case "paramsResolved":
      case "paramsFailed":
        if (input.type === "pushMessage") {
          this.deadlines.set(input.push, this.now + input.timeout);
        }
        input.channel.handle(input);
        if (input.type === "joinTopic") this.tellIfOver(input.channel);
        return;
      default:
        this.transit(input);
    }
  }

  receive(message: ServerMessage, now: number): void {
    if (now > this.now) this.now = Math.ceil(now);
    if (!this.open) {
      this.ignore("closing");
      return;
    }
    const { type, topic } = message;
    this.counters.messagesReceived += 1;
    this.heartbeat.heard();
    if (type === "reply" && topic === PHOENIX_TOPIC) {
      if (!this.heartbeat.answers(message.ref)) this.pings.receive(message);
      return;
    }
    const channel = this.channels.get(topic);
    if (channel !== undefined) channel.receive(message);
    else if (type === "reply") this.ignore("unmatchedReply");
    else this.ignore(type === "close" ? "lateClose" : "unknownTopic");
  }

  #ping(push: Push<P>, timeout: number): void {
    const { pings } = this;
    if (!this.open) {
      pings.fail(push, "disconnected");
    } else if (pings.hasRoom(push)) {
      this.deadlines.set(push, this.now + timeout);
      const ref = this.nextRef();
      pings.awaitReply(push, ref);
      this.send({ type: "heartbeat", ref, payload: push.payload }, push);
    }
  }

  #unsendable(message: ClientMessage, push: Push<P> | null, cause: unknown): void {
    push?.home.cancel(push, "unsendable", cause);
    if (message.type !== "join") return;
    const channel = this.channels.get(message.topic);
    const state = channel?.state;
    if (state?.type === "joining" && state.joinRef === message.joinRef) {
      channel?.handle({ type: "joinUnsendable", cause });
    }
  }
}

export const Session: NewSession = BaseSession;
