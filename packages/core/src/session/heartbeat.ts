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

type Times = NonNullable<SessionOptions["heartbeat"]>;

/** Where there is no heartbeat. */
const NEVER: Times = { interval: Infinity, timeout: Infinity };

export class Heartbeat<C, P> implements Deadline {
  at: number = 0;
  slot: number = -1;
  /** Whether nothing is read, so that silence says nothing. The server still hears from us. */
  isDeaf = false;
  readonly #context: Context<C, P>;
  readonly #owner: HeartbeatOwner;
  /** The heartbeat that was sent last, until it is answered. */
  #ref: string | null = null;
  #sentAt = 0;
  #heardAt = 0;

  constructor(context: Context<C, P>, owner: HeartbeatOwner) {
    this.#context = context;
    this.#owner = owner;
  }

  get #times(): Times {
    return this.#context.options.heartbeat ?? NEVER;
  }

  /** Since when nothing has been heard that must have been said. */
  get silentSince(): number {
    return Math.max(this.#sentAt, this.#heardAt);
  }

  /** @param atOnce whether the first heartbeat goes out now, rather than after the interval. */
  start(atOnce: boolean): void {
    if (atOnce) this.check();
    else this.#rest();
  }

  stop(): void {
    this.#ref = null;
    this.isDeaf = false;
    this.#context.deadlines.clear(this);
  }

  /** Anything received is a sign of life: a reply queued behind a large page is not a death. */
  heard(at: number = this.#context.now): void {
    this.#heardAt = at;
  }

  /** Asks now, unless an answer is awaited already. */
  check(): void {
    if (this.#ref === null && this.#times !== NEVER) this.#ask();
  }

  /** Whether `ref` is the heartbeat that was waited for. */
  answers(ref: Ref | null): boolean {
    if (ref === null || ref !== this.#ref) return false;
    this.#context.emit({ type: "heartbeatAnswered", latency: this.#context.now - this.#sentAt });
    this.#rest();
    return true;
  }

  expire(now: number): void {
    const { interval, timeout } = this.#times;
    // What the server said while this process slept is still unread, so that its silence says nothing.
    if (this.#ref === null || now - this.at > LATE_WAKE) this.#ask();
    else if (!this.isDeaf && this.silentSince + timeout <= now) this.#owner.heartbeatMissed();
    // The server sends, or is not read, but has not answered: it too must hear from us at the interval.
    else if (this.#sentAt + interval <= now) this.#ask();
    else this.wait();
  }

  /**
   * Where an answer is awaited, waits for the end of the server's time to give it, or for the next
   * heartbeat if that is earlier.
   */
  wait(): void {
    if (this.#ref === null) return;
    const { interval, timeout } = this.#times;
    const lost = this.isDeaf ? Infinity : this.silentSince + timeout;
    this.#context.deadlines.set(this, Math.min(lost, this.#sentAt + interval));
  }

  #ask(): void {
    const { interval, timeout } = this.#times;
    const context = this.#context;
    this.#ref = context.nextRef();
    this.#sentAt = context.now;
    context.deadlines.set(this, context.now + (this.isDeaf ? interval : timeout));
    context.send({ type: "heartbeat", ref: this.#ref, payload: {} });
  }

  #rest(): void {
    this.#ref = null;
    this.#context.deadlines.set(this, this.#context.now + this.#times.interval);
  }
}
