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

  /**
   * Calls `run`, and tells when it began and how it ended; of a promise, when that is settled. What is
   * returned stands for it: a thenable may do its work whenever it is asked, and is asked once.
   */
  call(begun: BegunCallback, run: () => unknown): unknown {
    const channel = this.of(begun.callback);
    const trace: CallbackTrace = {
      ...begun,
      startTime: Date.now(),
      duration: undefined,
      error: undefined,
    };
    const at = performance.now();
    channel.start.publish(trace);
    let result: unknown;
    let promise: Promise<unknown> | null;
    try {
      result = run();
      promise = isThenable(result) ? Promise.resolve(result) : null;
    } catch (error) {
      channel.finish(trace, performance.now() - at, THREW);
      throw error;
    }
    if (promise === null) {
      channel.finish(trace, performance.now() - at, null);
      return result;
    }
    channel.end.publish(trace);
    const settled = (failure: TraceFailure | null): void => {
      channel.settle(trace, performance.now() - at, failure);
    };
    promise.then(
      () => settled(null),
      () => settled(THREW),
    );
    return promise;
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
