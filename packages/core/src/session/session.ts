// One socket's whole life as a pure machine: inputs in, effects out. It routes each input to the
// connection, a channel or a push. No I/O and no timers here: the runtime performs the effects, and
// wakes the session at `wakeAt`.
import { ChannelMachine } from "../channel/machine.ts";
import { Context, type SessionOptions } from "../context.ts";
import type { Counters } from "../counters.ts";
import type { Effect } from "../effect.ts";
import { PHOENIX_TOPIC, type ClientMessage, type ServerMessage } from "../message.ts";
import { Push } from "../push/push.ts";
import type { SmallMap } from "../small-map.ts";
import { ConnectionMachine } from "./connection.ts";
import type { SessionInput } from "./input.ts";
import { Members } from "./members.ts";
import type { Reading } from "./reading.ts";
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
export class Session<C, P> {
  readonly #context: Context<C, P>;
  readonly #connection: ConnectionMachine<C, P>;
  readonly #members: Members<C, P>;

  constructor(options: SessionOptions) {
    this.#context = new Context(options);
    this.#members = new Members(this.#context);
    this.#connection = new ConnectionMachine(this.#context, this.#members);
  }

  get state(): SessionState {
    return this.#connection.state;
  }

  /** Whether frames are read, and if not, who keeps them from being read. */
  get reading(): Reading {
    return this.#connection.reading;
  }

  get counters(): Counters {
    return this.#context.counters;
  }

  /** What is to be done and told, in order. The runtime takes out what it performs. */
  get effects(): Effect<C, P>[] {
    return this.#context.effects;
  }

  /** Takes out all effects: they were performed. */
  forgetEffects(): void {
    this.#context.forgetEffects();
  }

  /** When to call `wake`, in ms of the clock that `handle` is given; Infinity for never. */
  get wakeAt(): number {
    return this.#context.deadlines.next;
  }

  /** The channels that the server knows of or soon will, by topic. */
  get channels(): Pick<SmallMap<ChannelMachine<C, P>>, "get" | "size" | "values"> {
    return this.#members.channels;
  }

  /** Makes a channel, which belongs to nobody until it is joined. */
  channel(topic: string, owner: C): ChannelMachine<C, P> {
    return new ChannelMachine(this.#context, this.#members.channels, topic, owner);
  }

  /** Makes a push for a channel, to be given to `pushMessage`, once. */
  push(
    channel: ChannelMachine<C, P>,
    owner: P,
    event: string,
    payload: unknown,
    expects: "reply" | "none",
  ): Push<P> {
    return new Push(channel.pushes, owner, event, payload, expects);
  }

  /** Makes a ping, to be given to `pingServer`, once. */
  ping(owner: P): Push<P> {
    return new Push(this.#members.pings, owner, "heartbeat", {}, "reply");
  }

  /** Lets all that was due by `now` happen. */
  wake(now: number): void {
    const context = this.#context;
    context.now = Math.ceil(now);
    context.deadlines.expire(context.now);
  }

  /** Takes one input. `now` is in ms and never goes back. */
  handle(input: SessionInput<C, P>, now: number): void {
    const context = this.#context;
    context.now = Math.ceil(now);
    switch (input.type) {
      case "messageReceived":
        this.receive(input.message, context.now);
        return;
      case "frameRejected":
        this.#reject();
        return;
      case "pushMessage":
        context.deadlines.set(input.push, context.now + input.timeout);
        input.channel.handle(input);
        return;
      case "pingServer":
        this.#ping(input.push, context.now + input.timeout);
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
        input.channel.handle(input);
        this.#members.joined(input.channel, this.state);
        return;
      case "leaveTopic":
      case "paramsResolved":
      case "paramsFailed":
        input.channel.handle(input);
        return;
      default:
        this.#connection.handle(input);
    }
  }

  /**
   * Takes a message: the same as the input `messageReceived`, without making one. `now` may be the
   * moment of an earlier message of the same batch.
   */
  receive(message: ServerMessage, now: number): void {
    const context = this.#context;
    if (now > context.now) context.now = Math.ceil(now);
    if (!context.open) {
      context.ignore("closing");
      return;
    }
    context.counters.messagesReceived += 1;
    this.#connection.heartbeat.heard();
    if (message.type === "reply" && message.topic === PHOENIX_TOPIC) {
      if (!this.#connection.heartbeat.answers(message.ref)) this.#members.pings.receive(message);
      return;
    }
    const channel = this.#members.channels.get(message.topic);
    if (channel !== undefined) channel.receive(message);
    else if (message.type === "reply") context.ignore("unmatchedReply");
    else if (message.type === "close") context.ignore("lateClose");
    else context.ignore("unknownTopic");
  }

  #reject(): void {
    if (this.#context.open) this.#connection.heartbeat.heard();
    this.#context.ignore(this.#context.open ? "undecodable" : "closing");
  }

  #ping(push: Push<P>, deadline: number): void {
    if (!this.#context.open) {
      this.#members.pings.fail(push, "disconnected");
      return;
    }
    if (!this.#members.pings.hasRoom(push)) return;
    this.#context.deadlines.set(push, deadline);
    const ref = this.#context.nextRef();
    this.#members.pings.awaitReply(push, ref);
    const message: ClientMessage = { type: "heartbeat", ref, payload: push.payload };
    this.#context.emit({ type: "sendMessage", message, push });
  }

  #unsendable(message: ClientMessage, push: Push<P> | null, cause: unknown): void {
    if (push !== null) push.home.cancel(push, "unsendable", cause);
    if (message.type !== "join") return;
    const channel = this.#members.channels.get(message.topic);
    const state = channel?.state;
    if (state?.type === "joining" && state.joinRef === message.joinRef) {
      channel?.handle({ type: "joinUnsendable", cause });
    }
  }
}
