// The adapter against the real OpenTelemetry SDK, its exporters in memory, over real sockets.
import { context, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
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
import { describe, expect, onTestFinished, test } from "vitest";
import { TestClient } from "../fixtures/client.ts";
import { gate, until } from "../fixtures/until.ts";
import {
  accept,
  Channel,
  ChannelsServer,
  deny,
  inProcess,
  noreply,
  ok,
  refuse,
  reply,
  stop,
  type IncomingPush,
  type OutgoingMessage,
} from "../index.ts";
import { connect } from "../testing/index.ts";
import { instrument } from "./index.ts";

interface Seen {
  readonly provider: BasicTracerProvider;
  /** The spans that have ended, in the order in which they did. */
  readonly spans: () => readonly ReadableSpan[];
  /** The value of each series of an instrument, by its attributes. Histograms give their count. */
  readonly metric: (name: string) => Promise<Readonly<Record<string, number>>>;
  readonly stop: () => void;
}

/** Listens to a server until the test is over. */
function seen(server: ChannelsServer): Seen {
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
  const stopTelling = instrument(server, { tracerProvider: provider, meterProvider });
  onTestFinished(async () => {
    stopTelling();
    await provider.shutdown();
    await meterProvider.shutdown();
  });
  const data = async (name: string): Promise<MetricData> => {
    metricExporter.reset();
    await reader.forceFlush();
    const all = metricExporter
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));
    const found = all.find(({ descriptor }) => descriptor.name === `slipstream.server.${name}`);
    if (found === undefined) {
      throw new Error(`no ${name} among ${all.map((one) => one.descriptor.name).join(", ")}`);
    }
    return found;
  };
  return {
    provider,
    spans: () => spanExporter.getFinishedSpans(),
    async metric(name) {
      const { dataPoints } = await data(name);
      return Object.fromEntries(
        dataPoints.map(({ attributes, value }) => [
          Object.values(attributes).join(" "),
          typeof value === "number" ? value : value.count,
        ]),
      );
    },
    stop: stopTelling,
  };
}

const SECRET = "s3cr3t";
const work = { gate: gate() };

class Room extends Channel {
  static override readonly intercept = ["shouted"];
  override join(params: unknown) {
    const { how } = params as { how?: string };
    if (how === "deny") return deny({ reason: SECRET });
    if (how === "throw") throw new Error(SECRET);
    return ok({});
  }
  override async handleIn({ event, payload }: IncomingPush<unknown>) {
    switch (event) {
      case "echo":
        return reply(payload);
      case "refuse":
        return reply("error", { reason: SECRET });
      case "shout":
        this.broadcast("shouted", payload);
        return noreply();
      case "info":
        this.sendInfo(SECRET);
        return noreply();
      case "hang":
        await work.gate.opened;
        return reply({});
      case "stop":
        return stop("done");
      case "bytes":
        return reply(1n);
      default:
        throw new Error(SECRET);
    }
  }
  override handleInfo() {}
  override handleOut({ event, payload }: OutgoingMessage<unknown>) {
    this.push(event, payload);
  }
  override terminate() {}
}

function newServer(options = {}): ChannelsServer {
  const server = new ChannelsServer({ logger: false, closeTimeout: 500, ...options });
  server.socket("/socket", {
    connect: ({ params: { how } }) => {
      if (how === "refuse") return refuse(401);
      if (how === "throw") throw new Error(SECRET);
      return accept({});
    },
    id: () => "everyone",
    channels: { "room:*": Room },
  });
  onTestFinished(() => server.close());
  return server;
}

async function listening(options = {}): Promise<{ server: ChannelsServer; port: number }> {
  const server = newServer(options);
  const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
  return { server, port };
}

function pick({ name, kind, status, attributes }: ReadableSpan): unknown[] {
  return [name, kind, status.code, attributes];
}

const { SERVER, INTERNAL } = SpanKind;
const { UNSET, ERROR } = SpanStatusCode;

describe("traces", () => {
  test("connects: who came in, who was refused, and whose mistake it was", async () => {
    const { server, port } = await listening();
    const { spans } = seen(server);
    await TestClient.connect(port, { query: `vsn=2.0.0&token=${SECRET}` });
    for (const how of ["refuse", "throw"]) {
      await expect(TestClient.connect(port, { query: `vsn=2.0.0&how=${how}` })).rejects.toThrow();
    }
    await fetch(`http://127.0.0.1:${port}/socket/longpoll?vsn=2.0.0&token=${SECRET}`);
    const path = { "url.path": "/socket/websocket" };
    const failed = (code: string, status: number): object => ({
      ...path,
      "error.type": code,
      "http.response.status_code": status,
    });
    expect(spans().map(pick)).toEqual([
      ["slipstream connect", SERVER, UNSET, path],
      ["slipstream connect", SERVER, UNSET, failed("refused", 401)],
      ["slipstream connect", SERVER, ERROR, failed("connectFailed", 500)],
      ["slipstream connect", SERVER, UNSET, { "url.path": "/socket/longpoll" }],
    ]);
  });

  test("callbacks: named by channel, with the topic, the event and what became of them", async () => {
    const server = newServer();
    const { spans } = seen(server);
    const socket = await connect(server, "/socket");
    await expect(socket.join("room:1", { how: "deny" })).rejects.toThrow();
    await expect(socket.join("room:1", { how: "throw" })).rejects.toThrow();
    const room = await socket.join("room:1");
    await room.push("echo", { SECRET }).assertReply("ok");
    await room.push("refuse").assertReply("error");
    room.push("shout", { SECRET });
    await room.assertPush("shouted");
    room.push("info");
    room.push("stop");
    await room.assertClosed();
    const again = await socket.join("room:1");
    again.push(`crash`);
    await again.assertCrashed();
    const third = await socket.join("room:1");
    third.push("bytes");
    await third.assertCrashed();
    await socket.close();

    const told = spans().map(({ name, kind, status, attributes }) => {
      const { "slipstream.event": event = "", "slipstream.outcome": outcome } = attributes;
      const failure = attributes["error.type"] ?? attributes["slipstream.status"] ?? "";
      return [name, kind, status.code, event, outcome, failure].join(" ");
    });
    const line = (name: string, kind: SpanKind, code: SpanStatusCode, ...rest: string[]): string =>
      [`slipstream ${name}`, kind, code, ...rest].join(" ");
    const joined = line("join room:*", SERVER, UNSET, "", "ok", "");
    const terminated = line("terminate room:*", INTERNAL, UNSET, "", "", "");
    const pushed = (...rest: string[]): string => line("handleIn room:*", SERVER, UNSET, ...rest);
    const crashed = (...rest: string[]): string => line("handleIn room:*", SERVER, ERROR, ...rest);
    expect(told.slice(1)).toEqual([
      line("join room:*", SERVER, UNSET, "", "denied", ""),
      line("join room:*", SERVER, ERROR, "", "crashed", "threw"),
      joined,
      pushed("echo", "replied", "ok"),
      pushed("refuse", "replied", "error"),
      pushed("shout", "noreply", ""),
      line("handleOut room:*", INTERNAL, UNSET, "shouted", "noreply", ""),
      pushed("info", "noreply", ""),
      line("handleInfo room:*", INTERNAL, UNSET, "", "noreply", ""),
      pushed("stop", "stopped", ""),
      terminated,
      joined,
      crashed("crash", "crashed", "threw"),
      terminated,
      joined,
      crashed("bytes", "crashed", "unserializable_payload"),
      terminated,
    ]);
    expect(spans()[4]?.attributes).toEqual({
      "url.path": "/socket",
      "slipstream.channel": "room:*",
      "slipstream.topic": "room:1",
      "slipstream.event": "echo",
      "slipstream.outcome": "replied",
      "slipstream.status": "ok",
    });
    expect(JSON.stringify(spans().map(pick))).not.toContain(SECRET);
  });

  test("what a callback calls is traced below it, also after it has awaited", async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    onTestFinished(() => context.disable());
    const server = new ChannelsServer({ logger: false });
    onTestFinished(() => server.close());
    const { spans, provider } = seen(server);
    const query = (name: string): void => provider.getTracer("db").startSpan(name).end();
    server.socket("/socket", {
      connect: async () => {
        await Promise.resolve();
        query("who is it");
        return accept({});
      },
      channels: {
        "*": {
          join: () => ok(),
          async handleIn() {
            await Promise.resolve();
            query("what is there");
            return reply();
          },
        },
      },
    });
    const socket = await connect(server, "/socket");
    const room = await socket.join("a");
    await room.push("any").assertReply("ok");
    await socket.close();
    const parentOf = (name: string): string | undefined => {
      const child = spans().find((span) => span.name === name);
      const id = child?.parentSpanContext?.spanId;
      return spans().find((span) => span.spanContext().spanId === id)?.name;
    };
    expect(parentOf("who is it")).toBe("slipstream connect");
    expect(parentOf("what is there")).toBe("slipstream handleIn *");
    expect(trace.getActiveSpan()).toBeUndefined();
  });

  test("a callback whose channel has ended meanwhile was too late", async () => {
    work.gate = gate();
    const server = newServer();
    const { spans } = seen(server);
    const socket = await connect(server, "/socket");
    const room = await socket.join("room:1");
    room.push("hang");
    const closing = socket.close();
    await until(() => server.stats().ended === 1);
    work.gate.open();
    await closing;
    const late = spans().find(({ name }) => name === "slipstream handleIn room:*");
    expect(late?.attributes["slipstream.outcome"]).toBe("tooLate");
  });
});

describe("metrics", () => {
  test("what is counted is what stats() says", async () => {
    const { server, port } = await listening();
    const before = await TestClient.connect(port);
    const { metric } = seen(server);
    const client = await TestClient.connect(port);
    await expect(TestClient.connect(port, { query: "vsn=2.0.0&how=refuse" })).rejects.toThrow();
    await client.join("room:1");
    await client.join("elsewhere");
    await client.ask("room:1", "echo", { n: 1 });
    client.push("room:1", "shout", {});
    await client.next();
    await before.close(4000);
    await until(() => server.stats().ended === 1);

    expect(await metric("connections")).toEqual({
      "websocket open": 1,
      "websocket closing": 0,
      "longpoll open": 0,
      "longpoll closing": 0,
    });
    const stats = server.stats();
    expect(await metric("connection.opened")).toEqual({ "": 2 });
    expect(await metric("connection.ends")).toEqual(stats.endsByReason);
    expect(stats.endsByReason.closedByRemote).toBe(1);
    expect(await metric("upgrades.refused")).toMatchObject({ refused: 1, full: 0 });
    expect(await metric("channels")).toEqual({ "": 1 });
    expect(await metric("joins")).toMatchObject({ ok: 1, unmatched: 1 });
    expect(await metric("channel.ends")).toEqual(stats.channelEndsByReason);
    expect(await metric("messages")).toEqual({ receive: 4, transmit: 4 });
    expect(await metric("io")).toEqual({
      receive: stats.bytesReceived,
      transmit: stats.bytesSent,
    });
    expect(await metric("broadcasts")).toEqual({ "": 1 });
    expect(await metric("messages.dropped")).toEqual({ "": 0 });
    expect(await metric("messages.undeliverable")).toEqual({ "": 0 });
    expect(await metric("connect.duration")).toEqual({
      "/socket/websocket": 1,
      "/socket/websocket refused": 1,
    });
    expect(await metric("callback.duration")).toEqual({
      "join room:* ok": 1,
      "handleIn room:* replied": 1,
      "handleIn room:* noreply": 1,
      "handleOut room:* noreply": 1,
    });
  });

  test("bytes are those of the messages, both ways", async () => {
    const { server, port } = await listening();
    const { metric } = seen(server);
    const client = await TestClient.connect(port);
    await client.join("room:1");
    const asked = await client.ask("room:1", "echo", { text: "ü".repeat(40_000) });
    const sent = [
      ["room:1", "room:1", "room:1", "phx_join", {}],
      ["room:1", "1", "room:1", "echo", { text: "ü".repeat(40_000) }],
    ];
    const came = [
      ["room:1", "room:1", "room:1", "phx_reply", { status: "ok", response: {} }],
      ["room:1", "1", "room:1", "phx_reply", asked],
    ];
    const bytes = (frames: unknown[]): number =>
      frames.reduce<number>((sum, frame) => sum + Buffer.byteLength(JSON.stringify(frame)), 0);
    expect(await metric("io")).toEqual({ receive: bytes(sent), transmit: bytes(came) });
  });

  test("queues, bytes that wait to be sent, and callbacks at work, as they stand", async () => {
    work.gate = gate();
    const server = newServer();
    const { metric } = seen(server);
    const socket = await connect(server, "/socket");
    const room = await socket.join("room:1");
    room.push("hang");
    const second = room.push("echo", { n: 2 });
    const third = room.push("echo", { n: 3 });
    expect(await metric("callbacks.active")).toEqual({ "": 1 });
    expect(await metric("messages.queued")).toEqual({ "": 2 });
    const bytes = (await metric("io.queued"))[""];
    expect(bytes).toBe(server.stats().queued.bytes);
    expect(bytes).toBeGreaterThan(2 * 30);
    socket.pause();
    work.gate.open();
    await until(() => server.stats().queued.messages === 0);
    expect(await metric("io.queued")).toEqual({ "": 0 });
    expect((await metric("io.buffered"))[""]).toBeGreaterThan(3 * 30);
    socket.resume();
    await second.assertReply("ok");
    await third.assertReply("ok");
    expect(await metric("io.buffered")).toEqual({ "": 0 });
    expect(await metric("callbacks.active")).toEqual({ "": 0 });
  });

  test("a connection that is being closed is counted as closing", async () => {
    const { server, port } = await listening({ closeTimeout: 60_000 });
    const { metric } = seen(server);
    const client = await TestClient.connect(port);
    client.webSocket.pause();
    server.disconnect("everyone");
    expect(await metric("connections")).toMatchObject({
      "websocket open": 0,
      "websocket closing": 1,
    });
    client.webSocket.terminate();
    await until(() => server.stats().ended === 1);
  });

  test("the cluster: whether its broker is there, and how much was for other nodes", async () => {
    const cluster = inProcess();
    const [server, other] = [newServer({ cluster }), newServer({ cluster })];
    const { metric } = seen(server);
    await Promise.all([server.ready(), other.ready()]);
    server.broadcast("room:1", "shouted", {});
    await until(() => server.stats().cluster?.nodes === 1);
    expect(await metric("cluster.up")).toEqual({ "": 1 });
    expect(await metric("cluster.nodes")).toEqual({ "": 1 });
    expect(await metric("cluster.losses")).toEqual({ "": 0 });
    expect((await metric("cluster.published"))[""]).toBe(server.stats().cluster?.published);
    expect((await metric("cluster.received"))[""]).toBe(server.stats().cluster?.received);
    expect(await metric("cluster.lost")).toEqual({ "": 0 });
    expect(await metric("cluster.rejected")).toEqual({ "": 0 });
  });
});

test("after stop nothing is told, and what was open has ended", async () => {
  work.gate = gate();
  const server = newServer();
  const { spans, metric, stop: stopTelling } = seen(server);
  const socket = await connect(server, "/socket");
  const room = await socket.join("room:1");
  const push = room.push("hang");
  const before = spans().length;
  const joins = await metric("joins");
  stopTelling();
  stopTelling();
  expect(
    spans()
      .slice(before)
      .map(({ name }) => name),
  ).toEqual(["slipstream handleIn room:*"]);
  work.gate.open();
  await push.assertReply("ok");
  await room.push("echo").assertReply("ok");
  await socket.join("room:2");
  await socket.close();
  expect(spans().length).toBe(before + 1);
  expect(await metric("joins")).toEqual(joins);
  expect(joins["ok"]).toBe(1);
});

test("another server is not told of, and one of the two may be left out", async () => {
  const [server, other] = [newServer(), newServer()];
  const { spans, metric } = seen(server);
  onTestFinished(instrument(other, { tracerProvider: false, meterProvider: false }));
  const socket = await connect(other, "/socket");
  await socket.join("room:1");
  await socket.close();
  expect(spans()).toEqual([]);
  expect(await metric("joins")).toMatchObject({ ok: 0 });
});

test("what is no server is refused, as is an option that there is not", () => {
  const server = newServer();
  expect(() => instrument({} as ChannelsServer)).toThrow(/The option server/);
  expect(() => instrument(server, { tracer: 1 } as object)).toThrow(/no option tracer/);
});
