// Signs of life: asks at an interval, and notices when nothing at all has come back for too long.
import type { Context } from "../context.ts";
import type { Deadline } from "../deadlines.ts";
import type { Ref } from "../message.ts";

export class Heartbeat<C, P> implements Deadline {
  at: number = Infinity;
  slot: number = -1;
  readonly #context: Context<C, P>;
  readonly #missed: () => void;
  /** The heartbeat that was sent and has not been answered. */
  #ref: string | null = null;
  #sentAt = 0;
  #heardAt = 0;

  /** `missed` is called when the server has been silent for the whole timeout. */
  constructor(context: Context<C, P>, missed: () => void) {
    this.#context = context;
    this.#missed = missed;
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
    const { options } = this.#context;
    if (options.heartbeat === null) return;
    if (this.#ref === null) {
      this.#ask(now, options.heartbeat.timeout);
      return;
    }
    const silentUntil = Math.max(this.#sentAt, this.#heardAt) + options.heartbeat.timeout;
    if (silentUntil > now) this.#context.deadlines.set(this, silentUntil);
    else this.#missed();
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
