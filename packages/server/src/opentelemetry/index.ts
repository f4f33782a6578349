// The whole of @slipstream/server/opentelemetry: what a server tells, as traces and metrics.
import { metrics, trace, type MeterProvider, type TracerProvider } from "@opentelemetry/api";
import { doorOf, type Door } from "../handshake/door.ts";
import { OptionError } from "../errors.ts";
import { checkKnown } from "../option-checks.ts";
import type { ChannelsServer } from "../server.ts";
import { measure, type Standing } from "./metrics.ts";
import { traceAll } from "./spans.ts";
import { Subscriptions } from "./subscriptions.ts";

const NAME = "@slipstream/server";
/** The version of the names and meanings of what is told. */
const VERSION = "0.1.0";

export interface InstrumentOptions {
  /** Default: the global one, as it is when `instrument` is called. `false` for no traces. */
  readonly tracerProvider?: TracerProvider | false;
  /** Default: the global one, as it is when `instrument` is called. `false` for no metrics. */
  readonly meterProvider?: MeterProvider | false;
}

/**
 * Tells OpenTelemetry of a server. Counters say what was counted since the server was made; spans and
 * histograms begin with what begins from now on.
 * @returns the function that ends it. Spans that are open end there.
 * @throws {OptionError} No server, or an option that there is not.
 *
 * @example
 * ```ts
 * const stop = instrument(server, { tracerProvider, meterProvider });
 * ```
 */
export function instrument(server: ChannelsServer, options: InstrumentOptions = {}): () => void {
  checkKnown(options, ["tracerProvider", "meterProvider"]);
  const door = doorOf(server);
  if (door === undefined) {
    throw new OptionError("server", server, "a ChannelsServer of this copy of @slipstream/server");
  }
  const { tracerProvider = trace.getTracerProvider(), meterProvider = metrics.getMeterProvider() } =
    options;
  const subscriptions = new Subscriptions(server);
  if (tracerProvider !== false) {
    traceAll(tracerProvider.getTracer(NAME, VERSION), subscriptions);
  }
  if (meterProvider !== false) {
    measure(meterProvider.getMeter(NAME, VERSION), subscriptions, () => standing(server, door));
  }
  return () => subscriptions.release();
}

function standing(server: ChannelsServer, { registry, scope }: Door): Standing {
  const counts = {
    websocket: { open: 0, closing: 0 },
    longpoll: { open: 0, closing: 0 },
  };
  let buffered = 0;
  for (const connection of registry) {
    counts[connection.transport][connection.isOpen ? "open" : "closing"] += 1;
    buffered += connection.bufferedAmount;
  }
  const connections = (["websocket", "longpoll"] as const).flatMap((transport) =>
    (["open", "closing"] as const).map((state) => ({
      transport,
      state,
      count: counts[transport][state],
    })),
  );
  return { stats: server.stats(), connections, buffered, working: scope.activity.count };
}
