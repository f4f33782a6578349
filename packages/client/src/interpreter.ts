// The one place where the pure session meets the world: it performs effects in order, and turns
// what the transport, the clock and the user's functions report into inputs.
import type {
  ChannelMachine,
  Effect,
  ClientMessage,
  Event,
  Frame,
  Push,
  ServerMessage,
  Session,
  SessionInput,
} from "@slipstream/core";
import type { Clock, Timer } from "./clock.ts";
import type { Endpoint } from "./endpoint.ts";
import {
  answered,
  bufferedAmount,
  GuardedTransport,
  pause,
  reset,
  resume,
  type GuardedEvents,
} from "./guarded-transport.ts";
import type { Settings } from "./settings.ts";
import { LOG } from "./sentences.ts";
import type { Observed, ObservedChannel } from "./telemetry/probe.ts";
import type { Dial, DialRequest, TransportClosed } from "./transport.ts";

/** The longest delay that timers of all runtimes can wait for; what lies beyond is reached in steps. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * A timer that comes this much later than it was set for, in ms, says that the process was busy. What
 * the server sent meanwhile is unread, and must be heard before anything is declared to be overdue.
 */
const STALLED = 20;
/** Ms in which what is unread is read: the event loop comes by its sockets before this timer. */
const READING = 5;

/** A channel of the program, as far as performing effects needs it. */
export interface Joinable<C, P> extends ObservedChannel {
  readonly machine: ChannelMachine<C, P>;
  /** Evaluates the params of a join. */
  params(): unknown;
}

/** Runs one session, for whoever extends it and is told what happens. */
export abstract class Interpreter<C extends Joinable<C, P>, P> implements GuardedEvents, Observed {
  readonly session: Session<C, P>;
  readonly options: Settings;
  transport: GuardedTransport | null = null;
  readonly #endpoint: Endpoint;
  readonly #dial: Dial;
  #request: DialRequest | null = null;
  #timer: Timer | null = null;
  /** The moment for which the timer is set, if one is. It may be earlier than needed, never later. */
  #armedFor = 0;
  /** Whether the timer was put off, so that what is unread is read. */
  #putOff = false;
  #performing = false;
  /** When what is being read was read; null between two reads. */
  #readAt: number | null = null;

  constructor(session: Session<C, P>, endpoint: Endpoint, options: Settings, dial: Dial) {
    this.session = session;
    this.#endpoint = endpoint;
    this.options = options;
    this.#dial = options.transport ?? dial;
  }

  /** Takes the events meant for the program, in order. Must not throw. */
  abstract tell(event: Event<C, P>): void;
  /** Takes the error of a frame that could not be read. Must not throw. */
  abstract undecodable(error: unknown): void;

  /** The URL without its query. */
  get place(): string {
    return this.#endpoint.place;
  }

  get #clock(): Clock {
    return this.options.clock;
  }

  /** Bytes that wait to be handed to the operating system. */
  get bufferedAmount(): number {
    return this.transport?.ask(bufferedAmount) ?? 0;
  }

  /** Takes one input to the session, and performs what follows from it. */
  handle(input: SessionInput<C, P>): void {
    this.session.handle(input, this.#clock.now());
    this.#perform();
  }

  opened(): void {
    const about = this.transport?.ask((transport) => ({
      transport: transport.kind ?? "websocket",
      prove: transport.answered !== undefined,
    }));
    this.handle({ type: "transportOpened", ...about });
  }

  received(frame: Frame): void {
    const { telemetry } = this.options;
    const begun = telemetry?.frameReceived(this, frame);
    const message = this.#take(frame);
    if (begun) telemetry?.frameHandled(this, begun, message);
  }

  /** Returns the message that was taken, or null if the frame is none. */
  #take(frame: Frame): ServerMessage | null {
    let message: ServerMessage;
    try {
      message = this.options.serializer.decode(frame, "server");
    } catch (error) {
      this.undecodable(error);
      this.handle({ type: "frameRejected" });
      return null;
    }
    if (message.type === "reply") this.transport?.ask(answered);
    this.session.receive(message, this.#moment());
    this.#perform();
    return message;
  }

  /** The time, asked for once for all that is read in one go: asking costs as much as a small message. */
  #moment(): number {
    if (this.#readAt === null) {
      this.#readAt = this.#clock.now();
      queueMicrotask(() => {
        this.#readAt = null;
      });
    }
    return this.#readAt;
  }

  closeReceived(): void {
    this.handle({ type: "closeReceived" });
  }

  transportThrew(error: unknown): void {
    // The connection may have had another reason to end, of which this is then only the manner.
    this.options.logger.error(LOG.transportThrew, error);
  }

  closed(end: TransportClosed): void {
    this.transport = null;
    this.handle({ type: "transportClosed", end });
  }

  /**
   * Effects are performed to the end before the next input's: what a handler does while it is
   * called takes its turn behind the effects that are already there.
   */
  #perform(): void {
    if (this.#performing) return;
    this.#performing = true;
    const { effects } = this.session;
    try {
      for (let index = 0; index < effects.length; index++) {
        this.#performOne(effects[index] as Effect<C, P>);
      }
    } finally {
      this.session.forgetEffects();
      this.#performing = false;
    }
    this.#arm();
  }

  #performOne(effect: Effect<C, P>): void {
    switch (effect.type) {
      case "resolveCredentials":
        void this.#resolveCredentials(effect.serial);
        return;
      case "dialServer":
        this.#dialServer();
        return;
      case "sendMessage":
        this.#send(effect.message, effect.push);
        return;
      case "closeTransport":
        this.transport?.ask((transport) => transport.close(effect.code, effect.reason));
        return;
      case "resetTransport":
        this.transport?.ask(reset);
        return;
      case "pauseTransport":
        this.transport?.ask(pause);
        return;
      case "resumeTransport":
        this.transport?.ask(resume);
        return;
      case "resolveParams":
        void this.#resolveParams(effect.channel, effect.joinRef);
        return;
      default:
        this.tell(effect);
    }
  }

  #send(message: ClientMessage, push: Push<P> | null): void {
    const { options } = this;
    try {
      const frame = options.serializer.encode(message);
      this.transport?.send(frame);
      options.telemetry?.frameSent(this, frame, message);
    } catch (cause) {
      this.handle({ type: "messageUnsendable", message, push, cause });
      return;
    }
    this.session.counters.messagesSent += 1;
    if (push?.expectsReply === "none") this.handle({ type: "pushSent", push });
  }

  async #resolveCredentials(serial: number): Promise<void> {
    try {
      const { request, changed } = await this.#endpoint.request();
      this.#request = request;
      this.handle({ type: "credentialsResolved", serial, changed });
    } catch (cause) {
      this.handle({ type: "credentialsFailed", serial, cause });
    }
  }

  async #resolveParams(channel: C, joinRef: string): Promise<void> {
    const { machine } = channel;
    try {
      const resolved = await channel.params();
      const params = resolved === undefined ? {} : resolved;
      this.handle({ type: "paramsResolved", channel: machine, joinRef, params });
    } catch (cause) {
      this.handle({ type: "paramsFailed", channel: machine, joinRef, cause });
    }
  }

  #dialServer(): void {
    const request = this.#request;
    if (request === null) return;
    // What was dialled with is in the transport's hands now; secrets are kept nowhere longer than needed.
    this.#request = null;
    this.#endpoint.dialled(request);
    this.transport = new GuardedTransport(this.#dial, request, this);
  }

  /** Sees to it that the session is woken when it asked to be. A timer that is early wakes it for nothing, once. */
  #arm(): void {
    const at = this.session.wakeAt;
    if (at === Infinity) {
      this.#setTimer(null);
      this.#putOff = false;
    } else if (this.#timer === null || at < this.#armedFor) {
      this.#armedFor = at;
      const delay = Math.max(Math.ceil(at - this.#clock.now()), 1);
      this.#setTimer(Math.min(delay, LONGEST_TIMER));
    }
  }

  /** One timer takes the place of another; null sets none. */
  #setTimer(delay: number | null): void {
    if (this.#timer !== null) this.#clock.clearTimer(this.#timer);
    this.#timer = delay === null ? null : this.#clock.setTimer(delay, wake, this);
  }

  /** The moment for which the timer was set has come. */
  wake(): void {
    this.#timer = null;
    const late = this.#clock.now() - this.#armedFor;
    if (late > STALLED && !this.#putOff) {
      this.#putOff = true;
      this.#setTimer(READING);
      return;
    }
    this.#putOff = false;
    this.session.wake(this.#clock.now());
    this.#perform();
  }
}

/** One function for all timers: a closure for each socket would cost memory for nothing. */
function wake<C extends Joinable<C, P>, P>(interpreter: Interpreter<C, P>): void {
  interpreter.wake();
}
