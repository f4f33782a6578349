// Signs of life: asks at an interval, and notices when nothing at all has come back for too long.
import type { Context } from "../context.ts";
import type { Deadline } from "../deadlines.ts";
import type { Ref } from "../message.ts";

/** A wake that comes later than this, in ms, says that this process slept, not that the server did. */
const LATE_WAKE = 1_000;

/** What is told of a server that is silent. */
export interface HeartbeatOwner {
  /** The server has been silent for the whole timeout. */
  heartbeatMissed(): void;
}

export class Heartbeat<C, P> implements Deadline {
  at: number = Infinity;
  slot: number = -1;
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

  start(): void {
    this.#rest();
  }

  stop(): void {
    this.#ref = null;
    this.#context.deadlines.clear(this);
  }

  /** Anything received is a sign of life: a reply queued behind a large page is not a death. */
  heard(): void {
    this.#heardAt = this.#context.now;
  }

  /** Whether `ref` is the heartbeat that was waited for. */
  answers(ref: Ref | null): boolean {
    if (ref === null || ref !== this.#ref) return false;
    this.#rest();
    return true;
  }

  expire(now: number): void {
    const { heartbeat } = this.#context.options;
    if (heartbeat === null) return;
    const silentSince = Math.max(this.#sentAt, this.#heardAt);
    const askAgain = this.#sentAt + heartbeat.interval;
    // What the server said while this process slept is still unread, so that its silence says nothing.
    const slept = now - this.at > LATE_WAKE;
    if (this.#ref === null || slept) this.#ask(now, heartbeat.timeout);
    else if (silentSince + heartbeat.timeout <= now) this.#owner.heartbeatMissed();
    // The server sends, but has not answered: it too must hear from us at the interval.
    else if (askAgain <= now) this.#ask(now, heartbeat.timeout);
    else {
      const next = Math.min(silentSince + heartbeat.timeout, askAgain);
      this.#context.deadlines.set(this, next);
    }
  }

  #ask(now: number, timeout: number): void {
    this.#ref = this.#context.nextRef();
    this.#sentAt = now;
    this.#context.deadlines.set(this, now + timeout);
    this.#context.emit({
      type: "sendMessage",
      message: { type: "heartbeat", ref: this.#ref, payload: {} },
      push: null,
    });
  }

  #rest(): void {
    const { heartbeat } = this.#context.options;
    this.#ref = null;
    if (heartbeat === null) return;
    this.#context.deadlines.set(this, this.#context.now + heartbeat.interval);
  }
}
