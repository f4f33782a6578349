// The whole of @slipstream/server/telemetry: what servers tell over Node's diagnostics_channel, with
// its types. Anything else that listens to these channels hears the same.
import { CHANNELS } from "./span.ts";
import type { Trace, Traces } from "./traces.ts";

export type {
  CallbackName,
  CallbackOutcome,
  CallbackTrace,
  ConnectTrace,
  Trace,
  TraceFailure,
  Traces,
} from "./traces.ts";

export { HandlerTimes, type HandlerTime } from "./handler-times.ts";

/** Takes a trace. What it throws is an uncaught exception, and stops nothing of the server. */
export type Subscriber<T> = (trace: T) => void;

/** The five events of a trace, in the order in which they come. `error` comes only if it failed. */
export interface TraceSubscribers<T extends Trace> {
  readonly start?: Subscriber<T>;
  readonly end?: Subscriber<T>;
  readonly error?: Subscriber<T>;
  readonly asyncStart?: Subscriber<T>;
  readonly asyncEnd?: Subscriber<T>;
}

export interface ServerTracingChannel<T extends Trace> {
  readonly hasSubscribers: boolean;
  subscribe(subscribers: TraceSubscribers<T>): void;
  unsubscribe(subscribers: TraceSubscribers<T>): unknown;
}

/**
 * The channel of a trace, the same as `node:diagnostics_channel` gives for the name.
 *
 * @example
 * ```ts
 * tracingChannel("slipstream.server.handleIn").subscribe({
 *   asyncEnd: ({ topic, event, outcome, duration }) => console.log(topic, event, outcome, duration),
 * });
 * ```
 */
export function tracingChannel<Name extends keyof Traces>(
  name: Name,
): ServerTracingChannel<Traces[Name]> {
  return CHANNELS[name];
}
