// The traces of the module style's callbacks: one kind of span for each, named as the callback.
import { isThenable } from "../module/give-way.ts";
import type { CallbackTrace } from "./events.ts";
import type { BegunCallback } from "./telemetry.ts";
import { TracingChannel, type TraceFailure } from "./trace.ts";

/** A program's own error may say anything; that it threw is all that is told. */
const THREW: TraceFailure = { code: "threw" };

export class CallbackChannels {
  /** By callback. There are as many as there are callbacks. */
  readonly #channels = new Map<string, TracingChannel<CallbackTrace>>();

  /** Calls `run`, and tells when it began and how it ended; of a promise, when that is settled. */
  call<T>(begun: BegunCallback, run: () => T): T {
    const channel = this.of(begun.callback);
    const trace: CallbackTrace = {
      ...begun,
      startTime: Date.now(),
      duration: undefined,
      error: undefined,
    };
    const at = performance.now();
    channel.start.publish(trace);
    let result: T;
    try {
      result = run();
    } catch (error) {
      channel.finish(trace, performance.now() - at, THREW);
      throw error;
    }
    if (!isThenable(result)) {
      channel.finish(trace, performance.now() - at, null);
      return result;
    }
    channel.end.publish(trace);
    const settled = (failure: TraceFailure | null): void => {
      channel.settle(trace, performance.now() - at, failure);
    };
    result.then(
      () => settled(null),
      () => settled(THREW),
    );
    return result;
  }

  /** The channel of a callback. */
  of(callback: string): TracingChannel<CallbackTrace> {
    const known = this.#channels.get(callback);
    if (known !== undefined) return known;
    const channel = new TracingChannel<CallbackTrace>(`slipstream.client.${callback}`);
    this.#channels.set(callback, channel);
    return channel;
  }
}
