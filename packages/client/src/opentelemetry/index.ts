// The whole of @slipstream/client/opentelemetry: what sockets tell, as traces and metrics.
import { metrics, trace, type MeterProvider, type TracerProvider } from "@opentelemetry/api";
import { measure } from "./metrics.ts";
import { traceAll } from "./spans.ts";
import { Subscriptions } from "./subscriptions.ts";

const NAME = "@slipstream/client";
/** The version of the names and meanings of what is told. */
const VERSION = "0.1.0";

export interface InstrumentOptions {
  /** Default: the global one, as it is when `instrument` is called. `false` for no traces. */
  readonly tracerProvider?: TracerProvider | false;
  /** Default: the global one, as it is when `instrument` is called. `false` for no metrics. */
  readonly meterProvider?: MeterProvider | false;
}

/**
 * Tells OpenTelemetry of every socket that has telemetry: on Node all of them, elsewhere those that
 * were given it. Call it before sockets are made: one that is at rest is seen when it next moves.
 * @returns the function that ends it. Spans that are open end there.
 *
 * @example
 * ```ts
 * const stop = instrument({ tracerProvider, meterProvider });
 * ```
 */
export function instrument(options: InstrumentOptions = {}): () => void {
  const { tracerProvider = trace.getTracerProvider(), meterProvider = metrics.getMeterProvider() } =
    options;
  const subscriptions = new Subscriptions();
  if (tracerProvider !== false) {
    traceAll(tracerProvider.getTracer(NAME, VERSION), subscriptions);
  }
  if (meterProvider !== false) measure(meterProvider.getMeter(NAME, VERSION), subscriptions);
  return () => subscriptions.release();
}
