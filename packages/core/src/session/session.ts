// One socket's whole life as a pure machine: inputs in, effects out. It routes each input to the
// connection, a channel or a push, and does what entering a state of the connection always brings
// with it. No I/O, no timers: the runtime performs `takeEffects()` and wakes it at `wakeAt`.
import { ChannelMachine, type Directory } from "../channel/machine.ts";
import { Context, type SessionOptions } from "../context.ts";
import type { Counters } from "../counters.ts";
import type { Deadline } from "../deadlines.ts";
import type { Effect } from "../effect.ts";
import type { EndReason } from "../end-reason.ts";
import { PHOENIX_TOPIC, type ClientMessage, type ServerMessage } from "../message.ts";
import { Push } from "../push/push.ts";
import { Pushes } from "../push/pushes.ts";
import { Heartbeat } from "./heartbeat.ts";
import type { ConnectionInput, SessionInput } from "./input.ts";
import type { SessionState } from "./state.ts";
import { transition, type Connection } from "./table.ts";

/**
 * The state machine of a socket and its channels.
 *
 * `C` and `P` are the program's own objects for a channel and a push; effects hand them back.
 *
 * @example
 * ```ts
 * const session = new Session<string, string>(options);
 * session.handle({ type: "connectSocket" }, clock());
 * for (const effect of session.effects.splice(0)) perform(effect);
 * ```
 */
export class Session<C, P> implements Connection<C, P>, Deadline {
  at: number = Infinity;
  slot: number = -1;
  readonly context: Context<C, P>;
  openedAt: number = 0;
  readonly #channels: Directory<C, P> = new Map();
  readonly #heartbeat: Heartbeat<C, P>;
  /** Pings: pushes of the socket itself. */
  readonly #pings: Pushes<C, P>;
  #state: SessionState = { type: "idle" };

  constructor(options: SessionOptions) {
    this.context = new Context(options);
    this.#heartbeat = new Heartbeat(this.context, () => {
      this.#connection({ type: "heartbeatMissed" });
    });
    this.#pings = new Pushes(this.context);
  }

  get state(): SessionState {
    return this.#state;
  }

  get counters(): Counters {
    return this.context.counters;
  }

  /** What is to be done and told, in order. The runtime takes out what it performs. */
  get effects(): Effect<C, P>[] {
    return this.context.effects;
  }

  /** When to call `wake`, in ms of the clock that `handle` is given; Infinity for never. */
  get wakeAt(): number {
    return this.context.deadlines.next;
  }

  /** The channels that the server knows of or soon will, by topic. */
  get channels(): ReadonlyMap<string, ChannelMachine<C, P>> {
    return this.#channels;
  }

  /** Makes a channel, which belongs to nobody until it is joined. */
  channel(topic: string, owner: C): ChannelMachine<C, P> {
    return new ChannelMachine(this.context, this.#channels, topic, owner);
  }

  /** Makes a push for a channel, to be given to `pushMessage`. */
  push(
    channel: ChannelMachine<C, P>,
    owner: P,
    event: string,
    payload: unknown,
    expects: "reply" | "none",
  ): Push<P> {
    return new Push(channel.pushes, owner, event, payload, expects);
  }

  /** Makes a ping, to be given to `pingServer`. */
  ping(owner: P): Push<P> {
    return new Push(this.#pings, owner, "heartbeat", {}, "reply");
  }

  /** Lets all that was due by `now` happen. */
  wake(now: number): void {
    this.context.now = now;
    this.context.deadlines.expire(now);
  }

  /** Takes one input. `now` is in ms and never goes back. */
  handle(input: SessionInput<C, P>, now: number): void {
    const { context } = this;
    context.now = now;
    switch (input.type) {
      case "messageReceived":
        this.#receive(input.message);
        return;
      case "frameRejected":
        this.#heartbeat.heard();
        context.ignore(this.#state.type === "open" ? "undecodable" : "closing");
        return;
      case "pushMessage":
        context.deadlines.set(input.push, now + input.timeout);
        input.channel.handle(input);
        return;
      case "pingServer":
        this.#ping(input.push, now + input.timeout);
        return;
      case "cancelPush":
        input.push.home.cancel(input.push, input.code);
        return;
      case "pushSent":
        input.push.home.sent(input.push);
        return;
      case "messageUnsendable":
        this.#unsendable(input.message, input.push, input.cause);
        return;
      case "joinTopic":
        input.channel.handle(input);
        if (this.#isOver(this.#state)) input.channel.handle(this.#sessionEnded(this.#state));
        return;
      case "leaveTopic":
      case "paramsResolved":
      case "paramsFailed":
        input.channel.handle(input);
        return;
      default:
        this.#connection(input);
    }
  }

  expire(): void {
    this.#connection({ type: "deadlinePassed" });
  }

  announce(state: SessionState): void {
    this.context.emit({ type: "sessionChanged", state });
  }

  #receive(message: ServerMessage): void {
    if (this.#state.type !== "open") {
      this.context.ignore("closing");
      return;
    }
    this.context.counters.messagesReceived += 1;
    this.#heartbeat.heard();
    const channel = this.#channels.get(message.topic);
    if (channel !== undefined) channel.receive(message);
    else if (message.type !== "reply") this.context.ignore("unknownTopic");
    else if (message.topic !== PHOENIX_TOPIC) this.context.ignore("unmatchedReply");
    else if (!this.#heartbeat.answers(message.ref)) this.#pings.receive(message);
  }

  #ping(push: Push<P>, deadline: number): void {
    if (this.#state.type !== "open") {
      this.#pings.fail(push, "disconnected");
      return;
    }
    this.context.deadlines.set(push, deadline);
    const ref = this.context.nextRef();
    this.#pings.await(push, ref);
    const message: ClientMessage = { type: "heartbeat", ref, payload: push.payload };
    this.context.emit({ type: "sendMessage", message, push });
  }

  #unsendable(message: ClientMessage, push: Push<P> | null, cause: unknown): void {
    if (push !== null) push.home.cancel(push, "unsendable", cause);
    if (message.type !== "join") return;
    const channel = this.#channels.get(message.topic);
    const state = channel?.state;
    if (state?.type === "joining" && state.joinRef === message.joinRef) {
      channel?.handle({ type: "joinUnsendable", cause });
    }
  }

  #connection(input: ConnectionInput): void {
    const previous = this.#state;
    const next = transition(this, previous, input);
    if (next === previous) return;
    this.#state = next;
    this.#arm(previous, next);
    if (previous.type === "open") this.#leaveOpen(next);
    this.announce(next);
    if (next.type === "open") this.#enterOpen();
    else if (next.type === "ended" || (this.#isOver(next) && !this.#isOver(previous))) {
      this.#endChannels(next);
    }
  }

  #enterOpen(): void {
    this.openedAt = this.context.now;
    this.context.open = true;
    this.context.counters.opened += 1;
    this.#heartbeat.start();
    for (const channel of [...this.#channels.values()]) {
      channel.handle({ type: "connectionOpened" });
    }
  }

  #leaveOpen(next: SessionState): void {
    this.context.open = false;
    this.#heartbeat.stop();
    this.#pings.failInFlight("disconnected");
    if (this.#isOver(next)) return;
    const reason = lossReason(next);
    for (const channel of [...this.#channels.values()]) {
      channel.handle({ type: "connectionLost", reason });
    }
  }

  #endChannels(state: SessionState): void {
    for (const channel of [...this.#channels.values()]) {
      channel.handle(this.#sessionEnded(state));
    }
  }

  #sessionEnded(state: SessionState): { type: "sessionEnded"; reason: EndReason } {
    const reason: EndReason = state.type === "ended" ? state.reason : { type: "requested" };
    return { type: "sessionEnded", reason };
  }

  /** Whether the channels of the session have nothing to wait for any more. */
  #isOver(state: SessionState): boolean {
    return state.type === "ended" || (state.type === "closing" && state.then === "end");
  }

  #arm(previous: SessionState, next: SessionState): void {
    const { deadlines, now, options } = this.context;
    switch (next.type) {
      case "connecting":
        // One timeout spans the whole attempt, so the step from credentials to dialling keeps it.
        if (previous.type !== "connecting") deadlines.set(this, now + options.connectTimeout);
        return;
      case "closing":
        if (next.step === "reset") deadlines.clear(this);
        else if (previous.type !== "closing" || previous.step !== next.step) {
          deadlines.set(this, now + options.closeTimeout);
        }
        return;
      case "waiting":
        deadlines.set(this, now + next.delay);
        return;
      case "idle":
      case "open":
      case "ended":
        deadlines.clear(this);
    }
  }
}

function lossReason(state: SessionState): EndReason | null {
  switch (state.type) {
    case "closing":
      return state.reason;
    case "waiting":
      return state.cause;
    default:
      return null;
  }
}
