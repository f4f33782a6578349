// Our client with its telemetry turned off, and with somebody who listens to it.
import { connect } from "@slipstream/client";
import { channel, tracingChannel } from "@slipstream/client/telemetry";
import { instrument } from "@slipstream/client/opentelemetry";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import type { Side } from "./side.ts";

/** What listening to nothing would cost cannot be less than this. */
export const telemetryOff: Side = { connect: (url) => connect(url, { telemetry: false }) };

/** Adds up bytes and durations, as a subscriber of one's own might. */
export const subscriber: Side = {
  connect(url) {
    const sum = { bytes: 0, handling: 0, pushing: 0, sent: 0 };
    tracingChannel("slipstream.connection.handle").subscribe({
      end: ({ bytes, duration = 0 }) => {
        sum.bytes += bytes;
        sum.handling += duration;
      },
    });
    tracingChannel("slipstream.client.push").subscribe({
      asyncEnd: ({ duration = 0 }) => {
        sum.pushing += duration;
      },
    });
    channel("slipstream.connection.send").subscribe(({ bytes }) => {
      sum.sent += bytes;
    });
    return connect(url);
  },
};

/** The metrics of the adapter for OpenTelemetry, into the SDK. */
export const openTelemetry: Side = {
  connect(url) {
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
    instrument({ tracerProvider: false, meterProvider: new MeterProvider({ readers: [reader] }) });
    return connect(url);
  },
};
