// The spans of one kind that have begun, by what they are about.
import type { Observed } from "./probe.ts";
import type { Trace, TraceFailure, TracingChannel } from "./trace.ts";

/** A span, and when it began in ms of its socket's clock. */
export interface Begun<T extends Trace> {
  readonly trace: T;
  readonly at: number;
}

/** Nothing is kept that nobody hears of, and nothing outlives what it is about. */
export class Spans<T extends Trace> {
  readonly #channel: TracingChannel<T>;
  readonly #begun = new WeakMap<object, Begun<T>>();

  constructor(channel: TracingChannel<T>) {
    this.#channel = channel;
  }

  get wanted(): boolean {
    return this.#channel.hasSubscribers;
  }

  of(key: object): T | undefined {
    return this.wanted ? this.#begun.get(key)?.trace : undefined;
  }

  /** The call that began it is told to be over at once, so that nothing can be settled before that. */
  begin(socket: Observed, key: object, trace: T): void {
    this.#begun.set(key, { trace, at: socket.options.clock.now() });
    this.#channel.start.publish(trace);
    this.#channel.end.publish(trace);
  }

  /** Does nothing for what began when nobody listened. */
  settle(socket: Observed, key: object, failure: TraceFailure | null): void {
    if (!this.wanted) return;
    const span = this.#begun.get(key);
    if (span === undefined) return;
    this.#begun.delete(key);
    this.#channel.settle(span.trace, socket.options.clock.now() - span.at, failure);
  }
}
