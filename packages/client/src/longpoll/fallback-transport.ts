// One connection by the one transport or by the other: dials what goes first, and the other where that
// does not open; and finds out whether what opened works.
import type { Frame } from "@slipstream/core";
import type { Clock, Timer } from "../clock.ts";
import {
  bufferedAmount,
  GuardedTransport,
  pause,
  readsAlways,
  reset,
  resume,
  type GuardedEvents,
} from "../guarded-transport.ts";
import type {
  Dial,
  DialRequest,
  Transport,
  TransportClosed,
  TransportEvents,
} from "../transport.ts";
import { LongPollError } from "./long-poll-error.ts";
import { choose, learn, mayBeBlocked, type Choice, type Rules } from "./verdict.ts";
import type { Verdicts } from "./verdicts.ts";

/** Ms in which what is unread is read. */
const READING = 5;

export interface FallbackSettings {
  readonly dials: Readonly<Record<Choice, Dial>>;
  readonly verdicts: Verdicts;
  readonly rules: Rules;
  readonly openTimeout: number;
  readonly answerTimeout: number;
  readonly clock: Clock;
}

export class FallbackTransport implements Transport, GuardedEvents {
  readonly #request: DialRequest;
  readonly #events: TransportEvents;
  readonly #settings: FallbackSettings;
  readonly #host: string;
  #by: Choice;
  #inner: GuardedTransport | null = null;
  /** How what went first ended; null while it has not. */
  #first: TransportClosed | null = null;
  #phase: "dialling" | "open" | "proven" | "ended" = "dialling";
  /** Whether anything at all has come over it. */
  #heard = false;
  /** Whether we have asked for the end ourselves: it says nothing about the transport. */
  #isOurs = false;
  /** What is reported in place of what the transport says of its end, having been reset. */
  #failure: TransportClosed["error"];
  #timer: Timer | null = null;
  /** Whether the time is over but for what is unread. */
  #isLastCall = false;
  pause?: () => void;
  resume?: () => void;

  constructor(request: DialRequest, events: TransportEvents, settings: FallbackSettings) {
    this.#request = request;
    this.#events = events;
    this.#settings = settings;
    this.#host = hostOf(request.url);
    const { verdicts, rules } = settings;
    const now = Date.now();
    this.#by = choose(verdicts.of(this.#host, now), rules, now);
    this.#dial();
  }

  get kind(): string {
    return this.#inner?.ask(({ kind }) => kind) ?? "websocket";
  }

  get bufferedAmount(): number {
    return this.#inner?.ask(bufferedAmount) ?? 0;
  }

  // What the client asks for.

  send(frame: Frame): void {
    this.#inner?.send(frame);
    // From the first message on the server has something to answer.
    if (this.#isUnheard) this.#wait(this.#settings.answerTimeout);
  }

  /** Whether it is open, and nothing has come over it yet. */
  get #isUnheard(): boolean {
    return this.#phase === "open" && !this.#heard && !this.#isOurs;
  }

  answered(): void {
    if (this.#phase !== "open") return;
    this.#phase = "proven";
    this.#stopTimer();
    this.#learn(true);
  }

  close(code: number, reason: string): void {
    this.#isOurs = true;
    this.#stopTimer();
    this.#inner?.ask((transport) => transport.close(code, reason));
  }

  reset(): void {
    // A heartbeat that went first, and was swallowed.
    if (this.#isUnheard && this.#timer !== null) this.#learn(false);
    this.#isOurs = true;
    this.#stopTimer();
    this.#inner?.ask(reset);
  }

  // What the transport reports.

  opened(): void {
    this.#stopTimer();
    this.#phase = "open";
    const inner = this.#inner;
    if (inner?.ask(readsAlways) === false) {
      this.pause = () => inner.ask(pause);
      this.resume = () => inner.ask(resume);
    }
    this.#events.opened();
  }

  received(frame: Frame): void {
    // It is not swallowed; whether it works is for `answered` to say.
    this.#heard = true;
    this.#stopTimer();
    this.#events.received(frame);
  }

  closeReceived(): void {
    this.#stopTimer();
    this.#events.closeReceived();
  }

  /** Its end is told next. */
  transportThrew(): void {}

  closed(end: TransportClosed): void {
    this.#stopTimer();
    const failure = this.#failure;
    const told = failure === undefined ? end : { ...end, error: failure };
    if (this.#phase === "dialling" && !this.#isOurs && mayBeBlocked(told)) {
      if (this.#by === "webSocket") this.#learn(false);
      if (this.#first === null) return this.#dialOther(told);
    } else if (this.#phase === "open" && !this.#isOurs) {
      this.#learn(false);
    }
    // Of two that did not open, that one tells more to which somebody has answered.
    const neither = this.#phase === "dialling" ? this.#first : null;
    this.#inner = null;
    this.#phase = "ended";
    this.#events.closed(told.rejected === undefined ? (neither ?? told) : told);
  }

  #dial(): void {
    this.#inner = new GuardedTransport(this.#settings.dials[this.#by], this.#request, this);
    if (this.#first === null) this.#wait(this.#settings.openTimeout);
  }

  #dialOther(first: TransportClosed): void {
    this.#first = first;
    this.#failure = undefined;
    this.#by = this.#by === "webSocket" ? "longPoll" : "webSocket";
    this.#dial();
  }

  #learn(worked: boolean): void {
    const { verdicts, rules } = this.#settings;
    const now = Date.now();
    const lesson = { by: this.#by, worked };
    verdicts.set(this.#host, learn(verdicts.of(this.#host, now), lesson, rules, now));
  }

  #wait(ms: number): void {
    if (this.#timer !== null) return;
    this.#isLastCall = false;
    this.#timer = this.#settings.clock.setTimer(ms, timedOut, this);
  }

  #stopTimer(): void {
    if (this.#timer !== null) this.#settings.clock.clearTimer(this.#timer);
    this.#timer = null;
  }

  /** It did not open in time, or opened and is silent. */
  timedOut(): void {
    this.#timer = null;
    if (!this.#isLastCall) {
      // Of a process that was busy, what came in time may be unread.
      this.#isLastCall = true;
      this.#timer = this.#settings.clock.setTimer(READING, timedOut, this);
      return;
    }
    const code = this.#phase === "dialling" ? "not_opened" : "not_answered";
    this.#failure = { cause: new LongPollError(code) };
    this.#inner?.ask(reset);
  }
}

function timedOut(transport: FallbackTransport): void {
  transport.timedOut();
}

/** What is known is known of a host: a proxy that lets one through may stop another. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "";
}
