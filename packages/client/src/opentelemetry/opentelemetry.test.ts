// The adapter against the real OpenTelemetry SDK, its exporters in memory, over real sockets.
import { context, SpanKind, SpanStatusCode, trace, type Span } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type MetricData,
} from "@opentelemetry/sdk-metrics";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from "@opentelemetry/sdk-trace-base";
import { accept, refuse } from "@slipstream/server";
import { describe, expect, onTestFinished, test } from "vitest";
import { failureOf } from "../fixtures/failure.ts";
import { serve, speak } from "../fixtures/servers.ts";
import { newSocket, openSocket, untilChannel, untilState } from "../fixtures/sockets.ts";
import { telemetry } from "../telemetry/index.ts";
import { instrument } from "./index.ts";

interface Seen {
  readonly provider: BasicTracerProvider;
  /** The spans that have ended, in the order in which they did. */
  readonly spans: () => readonly ReadableSpan[];
  /** The value of each series of an instrument, by its attributes. Histograms give their count. */
  readonly metric: (
    name: string,
  ) => Promise<readonly (readonly [attributes: unknown, value: number])[]>;
  /** An instrument as it was exported last. */
  readonly data: (name: string) => Promise<MetricData>;
  readonly stop: () => void;
}

/** Instruments sockets until the test is over. */
function seen(): Seen {
  const spanExporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(spanExporter)],
  });
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({
    exporter: metricExporter,
    exportIntervalMillis: 3_600_000,
  });
  const meterProvider = new MeterProvider({ readers: [reader] });
  const stop = instrument({ tracerProvider: provider, meterProvider });
  onTestFinished(async () => {
    stop();
    await provider.shutdown();
    await meterProvider.shutdown();
  });
  const data = async (name: string): Promise<MetricData> => {
    metricExporter.reset();
    await reader.forceFlush();
    const all = metricExporter
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));
    const found = all.find(({ descriptor }) => descriptor.name === name);
    if (found === undefined) {
      throw new Error(`no ${name} among ${all.map((one) => one.descriptor.name).join(", ")}`);
    }
    return found;
  };
  return {
    provider,
    spans: () => spanExporter.getFinishedSpans(),
    data,
    async metric(name) {
      const { dataPoints } = await data(name);
      return dataPoints.map(({ attributes, value }) => [
        attributes,
        typeof value === "number" ? value : value.count,
      ]);
    },
    stop,
  };
}

const named = (spans: readonly ReadableSpan[], name: string): readonly ReadableSpan[] =>
  spans.filter((span) => span.name === name);

function ms([seconds, nanoseconds]: readonly [number, number]): number {
  return seconds * 1_000 + nanoseconds / 1e6;
}

describe("traces", () => {
  test("connect, join, push and leave: client spans that say where, what and how it ended", async () => {
    const { spans } = seen();
    const { url, port } = await serve();
    const socket = await openSocket(url);
    const room = await socket.join("room:a", { secret: 1 });
    await room.push("echo", { secret: 2 });
    await room.leave();
    expect(spans().map(({ name, kind, status }) => [name, kind, status.code])).toEqual([
      ["slipstream connect", SpanKind.CLIENT, SpanStatusCode.UNSET],
      ["slipstream join", SpanKind.CLIENT, SpanStatusCode.UNSET],
      ["slipstream push echo", SpanKind.CLIENT, SpanStatusCode.UNSET],
      ["slipstream leave", SpanKind.CLIENT, SpanStatusCode.UNSET],
    ]);
    const [connect, join, push] = spans();
    const where = {
      "server.address": "127.0.0.1",
      "server.port": port,
      "url.path": "/socket/websocket",
    };
    expect(connect?.attributes).toMatchObject({
      ...where,
      "slipstream.attempt": 0,
      "slipstream.again": false,
    });
    expect(join?.attributes).toMatchObject({ ...where, "slipstream.topic": "room:a" });
    expect(push?.attributes).toMatchObject({
      ...where,
      "slipstream.topic": "room:a",
      "slipstream.event": "echo",
      "slipstream.push.queued": false,
      "slipstream.push.outcome": "ok",
    });
    expect(JSON.stringify(spans().map(({ attributes }) => attributes))).not.toContain("secret");
    for (const { startTime, endTime } of spans()) {
      expect(ms(endTime)).toBeGreaterThanOrEqual(ms(startTime));
    }
  });

  test("what fails has the status of an error, the code and the server's status", async () => {
    const { spans } = seen();
    const { url } = await serve((_, index) => (index === 0 ? refuse(503) : accept()));
    const socket = await openSocket(url);
    await failureOf(socket.join("room:a", { deny: true }));
    const room = await socket.join("room:b");
    await failureOf(room.push("refuse"));
    await failureOf(room.push("silent", {}, { timeout: 10 }));
    const failed = spans().filter(({ status }) => status.code === SpanStatusCode.ERROR);
    expect(
      failed.map(({ name, attributes, status }) => [
        name,
        attributes["error.type"],
        attributes["slipstream.status"],
        status.message,
      ]),
    ).toEqual([
      ["slipstream connect", "upgradeRejected", 503, "upgradeRejected"],
      ["slipstream join", "refused", "error", "refused"],
      ["slipstream push refuse", "refused", "error", "refused"],
      ["slipstream push silent", "timeout", undefined, "timeout"],
    ]);
  });

  test("a span is a child of the one that is active where the call is made", async () => {
    const contexts = new AsyncLocalStorageContextManager().enable();
    context.setGlobalContextManager(contexts);
    onTestFinished(() => {
      context.disable();
    });
    const { spans, provider } = seen();
    const tracer = provider.getTracer("test");
    const within = async (name: string, run: () => Promise<unknown>): Promise<Span> => {
      const span = tracer.startSpan(name);
      await context.with(trace.setSpan(context.active(), span), run);
      span.end();
      return span;
    };
    const { url, server } = await serve();
    const socket = newSocket(url);
    const opening = await within("open", async () => {
      await socket.connect();
      await socket.join("room:a");
    });
    const room = socket.channel("room:a");
    const pushing = await within("push", () => Promise.all([room.push("echo"), room.push("echo")]));
    const parents = (name: string): unknown[] =>
      named(spans(), name).map((span) => span.parentSpanContext?.spanId);
    const of = (span: Span): string => span.spanContext().spanId;
    expect(parents("slipstream connect")).toEqual([of(opening)]);
    expect(parents("slipstream join")).toEqual([of(opening)]);
    expect(parents("slipstream push echo")).toEqual([of(pushing), of(pushing)]);

    // What the socket does by itself later is nobody's child.
    server.disconnect("everyone");
    await untilState(socket, "connecting");
    await untilChannel(room, "joined");
    expect(parents("slipstream connect")).toEqual([of(opening), undefined]);
    expect(parents("slipstream join")).toEqual([of(opening), undefined]);
  });

  test("callbacks of the module style: internal spans, named by class and callback", async () => {
    const { spans } = seen();
    const about = { client: "Repeater", topic: "room:a", event: "new_msg" };
    const result = telemetry.callback({ ...about, callback: "handleMessage" }, () => 1);
    expect(result).toBe(1);
    const later = telemetry.callback({ ...about, callback: "handleReply" }, async () => 2);
    expect(spans().length).toBe(1);
    expect(await later).toBe(2);
    const failing = { ...about, callback: "handleInfo" };
    expect(() =>
      telemetry.callback(failing, () => {
        throw new Error("secret");
      }),
    ).toThrow("secret");
    await failureOf(
      telemetry.callback(failing, () => Promise.reject(new Error("secret"))) as Promise<unknown>,
    );
    expect(spans().map(({ name, kind, status }) => [name, kind, status.code])).toEqual([
      ["Repeater.handleMessage", SpanKind.INTERNAL, SpanStatusCode.UNSET],
      ["Repeater.handleReply", SpanKind.INTERNAL, SpanStatusCode.UNSET],
      ["Repeater.handleInfo", SpanKind.INTERNAL, SpanStatusCode.ERROR],
      ["Repeater.handleInfo", SpanKind.INTERNAL, SpanStatusCode.ERROR],
    ]);
    expect(spans()[0]?.attributes).toEqual({
      "slipstream.client": "Repeater",
      "slipstream.callback": "handleMessage",
      "slipstream.topic": "room:a",
      "slipstream.event": "new_msg",
    });
    expect(JSON.stringify(spans().map(({ attributes }) => attributes))).not.toContain("secret");
  });
});

describe("metrics", () => {
  test("pushes by outcome, ends by reason, attempts, and histograms in seconds", async () => {
    const { metric, data } = seen();
    const { url, server } = await serve((_, index) => (index === 0 ? refuse(503) : accept()));
    const socket = await openSocket(url);
    const room = await socket.join("room:a");
    await room.push("echo");
    await room.push("echo");
    await failureOf(room.push("refuse"));
    await socket.ping();
    server.disconnect("everyone");
    await untilState(socket, "connecting");
    await untilChannel(room, "joined");
    await room.leave();
    await socket.disconnect();

    expect(await metric("slipstream.client.pushes")).toEqual([
      [{ "slipstream.event": "echo", "slipstream.push.outcome": "ok" }, 2],
      [{ "slipstream.event": "refuse", "slipstream.push.outcome": "refused" }, 1],
    ]);
    expect(await metric("slipstream.client.connection.ends")).toEqual([
      [{ "slipstream.connection.end_reason": "upgradeRejected" }, 1],
      [{ "slipstream.connection.end_reason": "closedByRemote" }, 1],
      [{ "slipstream.connection.end_reason": "requested" }, 1],
    ]);
    expect(await metric("slipstream.client.connection.attempts")).toEqual([
      [{ "slipstream.again": false }, 2],
      [{ "slipstream.again": true }, 1],
    ]);
    expect(await metric("slipstream.client.connect.duration")).toEqual([
      [{ "error.type": "upgradeRejected" }, 1],
      [{}, 2],
    ]);
    expect(await metric("slipstream.client.join.duration")).toEqual([[{}, 2]]);
    expect(await metric("slipstream.client.leave.duration")).toEqual([[{}, 1]]);
    expect(await metric("slipstream.client.ping.duration")).toEqual([
      [{ "slipstream.ping.by": "ping" }, 1],
    ]);
    const { descriptor, dataPoints } = await data("slipstream.client.push.duration");
    expect(descriptor.unit).toBe("s");
    const ok = dataPoints[0]?.value as { count: number; sum: number };
    expect([ok.count, ok.sum < 10]).toEqual([2, true]);
  });

  test("bytes and messages both ways are what the server counts", async () => {
    const { metric } = seen();
    const { url } = await serve();
    const socket = await openSocket(url);
    const room = await socket.join("room:a");
    await room.push("count", { to: 10 });
    const sent = ['["1","1","room:a","phx_join",{}]', '["1","2","room:a","count",{"to":10}]'];
    const by = (direction: string): object => ({ "network.io.direction": direction });
    expect(await metric("slipstream.client.messages")).toEqual([
      [by("transmit"), 2],
      [by("receive"), 12],
    ]);
    const io = await metric("slipstream.client.io");
    expect(io[0]).toEqual([by("transmit"), sent.join("").length]);
    expect(io[1]?.[1]).toBeGreaterThan(12 * 20);
  });

  test("sockets by state, channels and queues, as they stand when they are collected", async () => {
    const { metric } = seen();
    const { url } = await speak(async (speaker, index) => {
      if (index > 0) return;
      await speaker.letIn();
      for (const n of [1, 2, 3]) await speaker.say("1", null, "room:a", "n", { n });
    });
    const socket = await openSocket(url);
    const other = await openSocket(url);
    const room = await socket.join("room:a");
    const messages = room.messages("n");
    const unsettled = [
      room.push("silent"),
      socket.channel("room:b").join(),
      socket.channel("room:b").push("echo"),
    ].map(failureOf);
    await expect.poll(() => messages.size).toBe(3);
    const states = async (): Promise<Record<string, number>> =>
      Object.fromEntries(
        (await metric("slipstream.client.sockets")).map(([attributes, value]) => [
          (attributes as Record<string, string>)["slipstream.socket.state"],
          value,
        ]),
      );
    expect(await metric("slipstream.client.pushes.queued")).toEqual([[{}, 1]]);
    expect(await metric("slipstream.client.pushes.in_flight")).toEqual([[{}, 1]]);
    expect(await states()).toEqual({ connecting: 0, open: 2, closing: 0, waiting: 0 });
    expect(await metric("slipstream.client.channels")).toEqual([[{}, 2]]);
    expect(await metric("slipstream.client.messages.waiting")).toEqual([[{}, 3]]);
    expect(await metric("slipstream.client.io.buffered")).toEqual([[{}, 0]]);
    await Promise.all([socket.disconnect(), other.disconnect(), ...unsettled]);
    expect(await states()).toEqual({ connecting: 0, open: 0, closing: 0, waiting: 0 });
    expect(await metric("slipstream.client.channels")).toEqual([[{}, 0]]);
    expect(await metric("slipstream.client.pushes.in_flight")).toEqual([[{}, 0]]);
  });

  test("what is dropped and what is ignored, by why", async () => {
    const { metric } = seen();
    const { url } = await serve();
    const socket = await openSocket(url);
    const room = await socket.join("room:a");
    room.messages("n", { limit: 1, overflow: "dropNewest" });
    await room.push("count", { to: 3 });
    await room.leave();
    await socket.ping();
    expect(await metric("slipstream.client.messages.dropped")).toEqual([
      [{ "slipstream.drop.reason": "overflow" }, 2],
    ]);
    expect(await metric("slipstream.client.frames.ignored")).toEqual([
      [{ "slipstream.ignore.reason": "lateClose" }, 1],
    ]);
  });
});

test("after stop nothing is told, and what was open has ended", async () => {
  const { spans, metric, stop } = seen();
  const { url } = await serve();
  const socket = await openSocket(url);
  const room = await socket.join("room:a");
  const silent = failureOf(room.push("silent"));
  const before = spans().length;
  const messages = await metric("slipstream.client.messages");
  stop();
  stop();
  expect(
    spans()
      .slice(before)
      .map(({ name }) => name),
  ).toEqual(["slipstream push silent"]);
  await room.push("echo");
  await socket.disconnect();
  await silent;
  expect(spans().length).toBe(before + 1);
  expect(await metric("slipstream.client.messages")).toEqual(messages);
});

test("one of the two may be left out", async () => {
  const stop = instrument({ tracerProvider: false, meterProvider: false });
  onTestFinished(stop);
  const { url } = await serve();
  const room = await (await openSocket(url)).join("room:a");
  expect(await room.push("echo", 1)).toBe(1);
});
