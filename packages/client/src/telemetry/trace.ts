// Spans over named channels, told as Node's TracingChannel tells them: something that begins and
// ends now, or begins now and is settled later.
import { channel, type NamedChannel, type Subscriber } from "./emitter.ts";

/** Why something that was traced failed. A code and a status: never a response, never a cause. */
export interface TraceFailure {
  /** The code that the error of the client has, such as "timeout" or "upgradeRejected". */
  readonly code: string;
  /** The status of the server's answer, if that is what it failed by. */
  readonly status?: string | number;
}

/** What all traces have in common. One object goes through all events of one span. */
export interface Trace {
  /** When it began, in ms since 1970. */
  readonly startTime: number;
  /** Ms from the beginning to the end; set in `end` of what ends at once, in `asyncEnd` of the rest. */
  duration: number | undefined;
  /** Set from the event `error` on, if it failed. */
  error: TraceFailure | undefined;
}

/** The five events of a span, in the order in which they come. `error` comes only if it failed. */
export interface TraceSubscribers<T> {
  readonly start?: Subscriber<T>;
  readonly end?: Subscriber<T>;
  readonly error?: Subscriber<T>;
  readonly asyncStart?: Subscriber<T>;
  readonly asyncEnd?: Subscriber<T>;
}

const EVENTS = ["start", "end", "error", "asyncStart", "asyncEnd"] as const;

/** The events of one kind of span. */
export class TracingChannel<T extends Trace> {
  readonly start: NamedChannel<T>;
  readonly end: NamedChannel<T>;
  readonly error: NamedChannel<T>;
  readonly asyncStart: NamedChannel<T>;
  readonly asyncEnd: NamedChannel<T>;

  constructor(name: string) {
    this.start = channel(`tracing:${name}:start`);
    this.end = channel(`tracing:${name}:end`);
    this.error = channel(`tracing:${name}:error`);
    this.asyncStart = channel(`tracing:${name}:asyncStart`);
    this.asyncEnd = channel(`tracing:${name}:asyncEnd`);
  }

  /** Whether anybody listens to any of the events. */
  get hasSubscribers(): boolean {
    return (
      this.start.hasSubscribers ||
      this.end.hasSubscribers ||
      this.error.hasSubscribers ||
      this.asyncStart.hasSubscribers ||
      this.asyncEnd.hasSubscribers
    );
  }

  subscribe(subscribers: TraceSubscribers<T>): void {
    for (const event of EVENTS) {
      const subscriber = subscribers[event];
      if (subscriber !== undefined) this[event].subscribe(subscriber);
    }
  }

  unsubscribe(subscribers: TraceSubscribers<T>): void {
    for (const event of EVENTS) {
      const subscriber = subscribers[event];
      if (subscriber !== undefined) this[event].unsubscribe(subscriber);
    }
  }

  /** What began is settled. `duration` is in ms. */
  settle(trace: T, duration: number, failure: TraceFailure | null): void {
    trace.duration = duration;
    this.#fail(trace, failure);
    this.asyncStart.publish(trace);
    this.asyncEnd.publish(trace);
  }

  /** What began and ends at once has ended. */
  finish(trace: T, duration: number, failure: TraceFailure | null): void {
    trace.duration = duration;
    this.#fail(trace, failure);
    this.end.publish(trace);
  }

  #fail(trace: T, failure: TraceFailure | null): void {
    if (failure === null) return;
    trace.error = failure;
    this.error.publish(trace);
  }
}
