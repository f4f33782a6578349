// Signs of life: asks at an interval, and notices when nothing at all has come back for too long.
import type { Context, SessionOptions } from "../context.ts";
import type { Deadline } from "../deadlines.ts";
import type { Ref } from "../message.ts";

/** A wake that comes later than this, in ms, says that this process slept, not that the server did. */
const LATE_WAKE = 1_000;

/** What is told of a server that is silent. */
export interface HeartbeatOwner {
  /** The server has been silent for the whole timeout. */
  heartbeatMissed(): void;
}

/** Ms that the server is given at least when reading goes on: what it said meanwhile is unread. */
const UNREAD = 1_000;

type Times = NonNullable<SessionOptions["heartbeat"]>;

export class Heartbeat<C, P> implements Deadline {
  at: number = 0;
  slot: number = -1;
  readonly #context: Context<C, P>;
  readonly #owner: HeartbeatOwner;
  /** The heartbeat that was sent last, until it is answered. */
  #ref: string | null = null;
  #sentAt = 0;
  #heardAt = 0;
  /** When reading was stopped, or null while it goes on. */
  #deafSince: number | null = null;

  constructor(context: Context<C, P>, owner: HeartbeatOwner) {
    this.#context = context;
    this.#owner = owner;
  }

  /** @param atOnce whether the first heartbeat goes out now, rather than after the interval. */
  start(atOnce: boolean): void {
    const { now, options } = this.#context;
    if (atOnce && options.heartbeat !== null) this.#ask(now, options.heartbeat);
    else this.#rest();
  }

  stop(): void {
    this.#ref = null;
    this.#deafSince = null;
    this.#context.deadlines.clear(this);
  }

  /** Anything received is a sign of life: a reply queued behind a large page is not a death. */
  heard(): void {
    this.#heardAt = this.#context.now;
  }

  /** Asks now, unless an answer is awaited already. */
  check(): void {
    const { now, options } = this.#context;
    if (options.heartbeat !== null && this.#ref === null) this.#ask(now, options.heartbeat);
  }

  /** Nothing is read from now on, so that silence says nothing. The server still hears from us. */
  pause(): void {
    this.#deafSince = this.#context.now;
    if (this.#ref !== null) this.#await();
  }

  /** Reading goes on. The silence before the pause counts; the pause itself does not. */
  resume(): void {
    const { now, options } = this.#context;
    const deafSince = this.#deafSince ?? now;
    this.#deafSince = null;
    if (this.#ref === null || options.heartbeat === null) return;
    const { timeout } = options.heartbeat;
    const silence = Math.max(0, deafSince - Math.max(this.#sentAt, this.#heardAt));
    this.#heardAt = now - Math.min(silence, Math.max(0, timeout - UNREAD));
    this.#await();
  }

  /** Whether `ref` is the heartbeat that was waited for. */
  answers(ref: Ref | null): boolean {
    if (ref === null || ref !== this.#ref) return false;
    const latency = this.#context.now - this.#sentAt;
    this.#context.emit({ type: "heartbeatAnswered", latency });
    this.#rest();
    return true;
  }

  expire(now: number): void {
    const { heartbeat } = this.#context.options;
    if (heartbeat === null) return;
    const silentSince = Math.max(this.#sentAt, this.#heardAt);
    // What the server said while this process slept is still unread, so that its silence says nothing.
    const slept = now - this.at > LATE_WAKE;
    if (this.#ref === null || slept) this.#ask(now, heartbeat);
    else if (this.#deafSince === null && silentSince + heartbeat.timeout <= now)
      this.#owner.heartbeatMissed();
    // The server sends, or is not read, but has not answered: it too must hear from us at the interval.
    else if (this.#sentAt + heartbeat.interval <= now) this.#ask(now, heartbeat);
    else this.#await();
  }

  #ask(now: number, { interval, timeout }: Times): void {
    this.#ref = this.#context.nextRef();
    this.#sentAt = now;
    this.#context.deadlines.set(this, now + (this.#deafSince === null ? timeout : interval));
    this.#context.emit({
      type: "sendMessage",
      message: { type: "heartbeat", ref: this.#ref, payload: {} },
      push: null,
    });
  }

  /** Waits for the end of the server's time to answer, or for the next heartbeat if that is earlier. */
  #await(): void {
    const { deadlines, options } = this.#context;
    if (options.heartbeat === null) return;
    const { interval, timeout } = options.heartbeat;
    const silentSince = this.#deafSince === null ? Math.max(this.#sentAt, this.#heardAt) : Infinity;
    deadlines.set(this, Math.min(silentSince + timeout, this.#sentAt + interval));
  }

  #rest(): void {
    const { heartbeat } = this.#context.options;
    this.#ref = null;
    if (heartbeat === null) return;
    this.#context.deadlines.set(this, this.#context.now + heartbeat.interval);
  }
}
