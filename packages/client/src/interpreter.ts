// The one place where the pure session meets the world: it performs effects in order, and turns
// what the transport, the clock and the user's functions report into inputs.
import type {
  ChannelMachine,
  Effect,
  ClientMessage,
  Event,
  Frame,
  Push,
  Serializer,
  ServerMessage,
  Session,
  SessionInput,
} from "@slipstream/core";
import type { Endpoint } from "./endpoint.ts";
import type { Dial, DialRequest, Transport, TransportEvents } from "./transport.ts";

/** The longest delay that timers of all runtimes can wait for; what lies beyond is reached in steps. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** A channel of the program, as far as performing effects needs it. */
export interface Joinable<C, P> {
  readonly machine: ChannelMachine<C, P>;
  /** Evaluates the params of a join. */
  params(): unknown;
}

export interface InterpreterParts<C extends Joinable<C, P>, P> {
  readonly session: Session<C, P>;
  readonly endpoint: Endpoint;
  readonly serializer: Serializer;
  readonly dial: Dial;
  /** Takes the events meant for the program, in order. Must not throw. */
  readonly tell: (event: Event<C, P>) => void;
  /** Takes frames that could not be read. Must not throw. */
  readonly undecodable: (error: unknown) => void;
}

export class Interpreter<C extends Joinable<C, P>, P> {
  readonly #parts: InterpreterParts<C, P>;
  #transport: Transport | null = null;
  #request: DialRequest | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The moment for which the timer is set. It may be earlier than needed, never later. */
  #armedFor = Infinity;
  #performing = false;

  constructor(parts: InterpreterParts<C, P>) {
    this.#parts = parts;
  }

  /** Bytes that wait to be handed to the operating system. */
  get bufferedAmount(): number {
    return this.#transport?.bufferedAmount ?? 0;
  }

  /** Takes one input to the session, and performs what follows from it. */
  handle(input: SessionInput<C, P>): void {
    this.#parts.session.handle(input, performance.now());
    this.#perform();
  }

  /**
   * Effects are performed to the end before the next input's: what a handler does while it is
   * called takes its turn behind the effects that are already there.
   */
  #perform(): void {
    if (this.#performing) return;
    this.#performing = true;
    const { effects } = this.#parts.session;
    try {
      for (let index = 0; index < effects.length; index++) {
        this.#performOne(effects[index] as Effect<C, P>);
      }
    } finally {
      effects.length = 0;
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
        this.#transport?.close(effect.code, effect.reason);
        return;
      case "resetTransport":
        this.#transport?.reset();
        return;
      case "resolveParams":
        void this.#resolveParams(effect.channel, effect.joinRef);
        return;
      default:
        this.#parts.tell(effect);
    }
  }

  #send(message: ClientMessage, push: Push<P> | null): void {
    const { serializer, session } = this.#parts;
    try {
      const frame = serializer.encode(message);
      this.#transport?.send(frame);
    } catch (cause) {
      this.handle({ type: "messageUnsendable", message, push, cause });
      return;
    }
    session.counters.messagesSent += 1;
    if (push?.expectsReply === "none") this.handle({ type: "pushSent", push });
  }

  async #resolveCredentials(serial: number): Promise<void> {
    try {
      const { request, changed } = await this.#parts.endpoint.request();
      this.#request = request;
      this.handle({ type: "credentialsResolved", serial, changed });
    } catch (cause) {
      this.handle({ type: "credentialsFailed", serial, cause });
    }
  }

  async #resolveParams(channel: C, joinRef: string): Promise<void> {
    const { machine } = channel;
    try {
      const params = await channel.params();
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
    try {
      this.#transport = this.#parts.dial(request, this.#transportEvents());
    } catch (cause) {
      const end = { code: null, reason: "", clean: false, error: { cause } };
      this.handle({ type: "transportClosed", end });
    }
  }

  #transportEvents(): TransportEvents {
    return {
      opened: () => this.handle({ type: "transportOpened" }),
      received: (frame) => this.#receive(frame),
      closeReceived: () => this.handle({ type: "closeReceived" }),
      closed: (end) => {
        this.#transport = null;
        this.handle({ type: "transportClosed", end });
      },
    };
  }

  #receive(frame: Frame): void {
    let message: ServerMessage;
    try {
      message = this.#parts.serializer.decode(frame, "server");
    } catch (error) {
      this.#parts.undecodable(error);
      this.handle({ type: "frameRejected" });
      return;
    }
    this.handle({ type: "messageReceived", message });
  }

  /** Sees to it that the session is woken when it asked to be. A timer that is early wakes it for nothing, once. */
  #arm(): void {
    const at = this.#parts.session.wakeAt;
    if (at === Infinity) {
      clearTimeout(this.#timer);
      this.#armedFor = Infinity;
    } else if (at < this.#armedFor) {
      clearTimeout(this.#timer);
      this.#armedFor = at;
      const delay = Math.min(Math.max(Math.ceil(at - performance.now()), 1), LONGEST_TIMER);
      this.#timer = setTimeout(() => this.#wake(), delay);
    }
  }

  #wake(): void {
    this.#armedFor = Infinity;
    this.#parts.session.wake(performance.now());
    this.#perform();
  }
}
