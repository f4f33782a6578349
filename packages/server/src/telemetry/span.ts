// Telling of one thing that takes its time, as Node's TracingChannel tells of what is settled later:
// `start` and `end` around the call, then, when it is settled, `error` if it failed, `asyncStart` and
// `asyncEnd`. While nobody listens nothing is made.
import { tracingChannel, type TracingChannel } from "node:diagnostics_channel";
import type { Trace, TraceFailure, Traces } from "./traces.ts";

/** The channels by name, made once. */
export const CHANNELS: { readonly [Name in keyof Traces]: TracingChannel } = {
  "slipstream.server.connect": tracingChannel("slipstream.server.connect"),
  "slipstream.server.join": tracingChannel("slipstream.server.join"),
  "slipstream.server.handleIn": tracingChannel("slipstream.server.handleIn"),
  "slipstream.server.handleInfo": tracingChannel("slipstream.server.handleInfo"),
  "slipstream.server.handleOut": tracingChannel("slipstream.server.handleOut"),
  "slipstream.server.terminate": tracingChannel("slipstream.server.terminate"),
};

type Told<T extends Trace> = Omit<T, "startTime" | "duration" | "error" | "around">;

export class Span<T extends Trace> {
  readonly trace: T;
  readonly #channel: TracingChannel;
  readonly #at = performance.now();
  #settled = false;

  private constructor(channel: TracingChannel, told: Told<T>) {
    this.#channel = channel;
    this.trace = {
      ...told,
      startTime: Date.now(),
      duration: undefined,
      error: undefined,
      around: (call: () => unknown) => call(),
    } as Trace as T;
    channel.start.publish(this.trace);
  }

  /** Null while nobody listens. `tell` is called only if somebody does. */
  static begin<Name extends keyof Traces>(
    name: Name,
    tell: () => Told<Traces[Name]>,
  ): Span<Traces[Name]> | null {
    const channel = CHANNELS[name];
    return channel.hasSubscribers ? new Span<Traces[Name]>(channel, tell()) : null;
  }

  /** Makes the call that it is about. */
  call(run: () => unknown): unknown {
    try {
      return this.trace.around(run);
    } finally {
      this.#channel.end.publish(this.trace);
    }
  }

  /** Says how it ended, once: what comes later is not told. */
  settle(failure: TraceFailure | null): void {
    if (this.#settled) return;
    this.#settled = true;
    const { trace } = this;
    trace.duration = performance.now() - this.#at;
    if (failure !== null) {
      trace.error = failure;
      this.#channel.error.publish(trace);
    }
    this.#channel.asyncStart.publish(trace);
    this.#channel.asyncEnd.publish(trace);
  }
}
