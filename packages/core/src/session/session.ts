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
export class Session<C, P> {
  readonly #connection: Connection<C, P>;

  /** @param reader `Reader`, where reading can be paused; elsewhere `pauseReading` does nothing. */
  constructor(options: SessionOptions, reader: typeof Reader | null = null) {
    this.#connection = new Connection(options, reader);
  }

  get state(): SessionState {
    return this.#connection.state;
  }

  /** Whether frames are read, and if not, who keeps them from being read. */
  get reading(): Reading {
    return this.#connection.reading;
  }

  get counters(): Counters {
    return this.#connection.counters;
  }

  /** What is to be done and told, in order. The runtime takes out what it performs. */
  get effects(): Effect<C, P>[] {
    return this.#connection.effects;
  }

  /** Takes out all effects: they were performed. */
  forgetEffects(): void {
    this.#connection.forgetEffects();
  }

  /** When to call `wake`, in ms of the clock that `handle` is given; Infinity for never. */
  get wakeAt(): number {
    return this.#connection.deadlines.next;
  }

  /** The channels that the server knows of or soon will, by topic. */
  get channels(): Pick<SmallMap<ChannelMachine<C, P>>, "get" | "size" | "values"> {
    return this.#connection.channels;
  }

  /** Makes a channel, which belongs to nobody until it is joined. */
  channel(topic: string, owner: C): ChannelMachine<C, P> {
    return new ChannelMachine(this.#connection, this.#connection.channels, topic, owner);
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
    return new Push(this.#connection.pings, owner, "heartbeat", {}, "reply");
  }

  /** Lets all that was due by `now` happen. */
  wake(now: number): void {
    const connection = this.#connection;
    connection.now = Math.ceil(now);
    connection.deadlines.expire(connection.now);
  }

  /** Takes one input. `now` is in ms and never goes back. */
  handle(input: SessionInput<C, P>, now: number): void {
    const connection = this.#connection;
    connection.now = Math.ceil(now);
    switch (input.type) {
      case "messageReceived":
        this.receive(input.message, now);
        return;
      case "frameRejected":
        if (connection.open) connection.heartbeat.heard();
        connection.ignore(connection.open ? "undecodable" : "closing");
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
          connection.deadlines.set(input.push, connection.now + input.timeout);
        }
        input.channel.handle(input);
        if (input.type === "joinTopic") connection.tellIfOver(input.channel);
        return;
      default:
        connection.handle(input);
    }
  }

  /**
   * Takes a message: the same as the input `messageReceived`, without making one. `now` may be the
   * moment of an earlier message of the same batch.
   */
  receive(message: ServerMessage, now: number): void {
    const connection = this.#connection;
    if (now > connection.now) connection.now = Math.ceil(now);
    if (!connection.open) {
      connection.ignore("closing");
      return;
    }
    const { type, topic } = message;
    connection.counters.messagesReceived += 1;
    connection.heartbeat.heard();
    if (type === "reply" && topic === PHOENIX_TOPIC) {
      if (!connection.heartbeat.answers(message.ref)) connection.pings.receive(message);
      return;
    }
    const channel = connection.channels.get(topic);
    if (channel !== undefined) channel.receive(message);
    else if (type === "reply") connection.ignore("unmatchedReply");
    else connection.ignore(type === "close" ? "lateClose" : "unknownTopic");
  }

  #ping(push: Push<P>, timeout: number): void {
    const connection = this.#connection;
    const { pings } = connection;
    if (!connection.open) {
      pings.fail(push, "disconnected");
    } else if (pings.hasRoom(push)) {
      connection.deadlines.set(push, connection.now + timeout);
      const ref = connection.nextRef();
      pings.awaitReply(push, ref);
      connection.send({ type: "heartbeat", ref, payload: push.payload }, push);
    }
  }

  #unsendable(message: ClientMessage, push: Push<P> | null, cause: unknown): void {
    push?.home.cancel(push, "unsendable", cause);
    if (message.type !== "join") return;
    const channel = this.#connection.channels.get(message.topic);
    const state = channel?.state;
    if (state?.type === "joining" && state.joinRef === message.joinRef) {
      channel?.handle({ type: "joinUnsendable", cause });
    }
  }
}
