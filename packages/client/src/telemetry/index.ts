// The whole of @slipstream/client/telemetry: what sockets tell of themselves, and how to listen.
import { ChannelTelemetry } from "./channel-telemetry.ts";
import { channel as open, type NamedChannel } from "./emitter.ts";
import type { CallbackTrace, Events, Traces } from "./events.ts";
import type { Telemetry } from "./telemetry.ts";
import { TracingChannel } from "./trace.ts";

/**
 * Publishes what sockets do. On Node every socket has it; elsewhere give it to those that should.
 *
 * @example
 * ```ts
 * const socket = new Socket("wss://example.org/socket", { telemetry });
 * ```
 */
export const telemetry: Telemetry = /* @__PURE__ */ new ChannelTelemetry();

/** The callbacks of the module style, each with a trace of its own. */
export type CallbackName = `slipstream.client.${"init" | "terminate" | `handle${string}`}`;

/**
 * The five events of one kind of span. Where the runtime has `node:diagnostics_channel`, these are
 * its channels: `tracingChannel(name)` of that module listens to the same.
 *
 * @example
 * ```ts
 * const pushes = tracingChannel("slipstream.client.push");
 * pushes.subscribe({
 *   asyncEnd: ({ topic, event, outcome, duration }) => console.log(topic, event, outcome, duration),
 * });
 * ```
 */
export function tracingChannel<Name extends keyof Traces | CallbackName>(
  name: Name,
): TracingChannel<Name extends keyof Traces ? Traces[Name] : CallbackTrace> {
  return new TracingChannel(name);
}

/**
 * The channel of one kind of event that is no span.
 *
 * @example
 * ```ts
 * channel("slipstream.connection.ping").subscribe(({ latency }) => console.log(latency));
 * ```
 */
export function channel<Name extends keyof Events>(name: Name): NamedChannel<Events[Name]> {
  return open(name);
}

export type { NamedChannel, Subscriber } from "./emitter.ts";
export type * from "./events.ts";
export type { QueueLengths, SocketProbe } from "./probe.ts";
export type { Telemetry } from "./telemetry.ts";
export type { Trace, TraceFailure, TraceSubscribers, TracingChannel } from "./trace.ts";
