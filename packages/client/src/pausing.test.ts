// P8: reading stops only when the program says so, for a while, and what ends meanwhile has ended.
import { kernelSockets, textFrame } from "@slipstream/faults";
import { describe, expect, test } from "vitest";
import { failureOf } from "./fixtures/failure.ts";
import { relayTo, serve, speak } from "./fixtures/servers.ts";
import { Log, newSocket, nextEnd, openSocket, turn, untilState } from "./fixtures/sockets.ts";
import { OptionError, UnsupportedError } from "./errors.ts";
import { dialWs } from "./node/index.ts";
import { ReadableSocket } from "./readable-socket.ts";
import { TestClock } from "./testing/index.ts";

const LONG = 60_000;

test("while it is paused nothing is delivered; then everything is, in order", async () => {
  const { url } = await serve();
  const socket = await openSocket(url, { maxPause: LONG });
  const other = await openSocket(url);
  const room = await socket.join("room:a");
  const otherRoom = await other.join("room:a");
  const heard: unknown[] = [];
  room.on("shouted", (payload) => heard.push(payload));
  socket.pause();
  expect(socket.reading).toEqual({ type: "paused", by: ["program"] });
  for (const n of [1, 2, 3]) await otherRoom.push("shout", n);
  const mine = room.push("echo", "mine");
  await other.ping();
  expect(heard).toEqual([]);
  socket.resume();
  expect(socket.reading).toEqual({ type: "flowing" });
  expect(await mine).toBe("mine");
  expect(heard).toEqual([1, 2, 3]);
});

test("two who pause do not fight: it is read again when both let go", async () => {
  const { url } = await serve();
  const socket = await openSocket(url, { maxPause: LONG });
  socket.pause("disk");
  socket.pause("screen");
  socket.resume("disk");
  socket.resume("nobody");
  expect(socket.reading).toEqual({ type: "paused", by: ["screen"] });
  socket.resume("screen");
  await socket.ping();
});

test("maxPause ends it, whoever forgot to; the log is told", async () => {
  const { url } = await serve();
  const log = new Log();
  const socket = await openSocket(url, { maxPause: 20, logger: log });
  socket.pause();
  await socket.ping();
  expect(socket.reading).toEqual({ type: "flowing" });
  const warning = log.lines.find(([level]) => level === "warn");
  expect(warning?.[1]).toContain("reading went on after maxPause (20 ms)");
});

test("where nothing is open, there is nothing to pause", async () => {
  const { url } = await serve();
  const socket = newSocket(url, { maxPause: LONG });
  socket.pause();
  void socket.connect();
  socket.pause();
  await untilState(socket, "open");
  expect(socket.reading).toEqual({ type: "flowing" });
  expect(await socket.ping()).toBeGreaterThan(0);
  await socket.disconnect();
  socket.pause();
  socket.resume();
  expect(socket.reading).toEqual({ type: "flowing" });
});

test("a pause ends with its connection, and the next one is read", async () => {
  const { port, server } = await serve();
  const relay = await relayTo(port);
  const socket = await openSocket(relay.url, { maxPause: LONG });
  const room = await socket.join("room:a");
  socket.pause();
  const end = nextEnd(socket);
  relay.cut();
  // A connection that is not read tells of its end when it is written to, or read again.
  while (socket.state.type === "open") {
    void room.send("echo", {});
    await turn();
  }
  await end;
  expect(socket.reading).toEqual({ type: "flowing" });
  expect(await room.push("echo", "back")).toBe("back");
  expect(server.stats().live.websocket).toBe(1);
});

test("a server that is silent only because it is not read is not taken for dead", async () => {
  const { url } = await serve();
  const clock = new TestClock();
  const socket = await openSocket(url, {
    maxPause: 150,
    heartbeat: { interval: 10, timeout: 30 },
    clock,
  });
  socket.pause();
  const answered = socket.ping({ timeout: Infinity });
  await clock.advance(150);
  await answered;
  expect(socket.state.type).toBe("open");
  expect(socket.stats.counters.endsByReason.heartbeatTimeout).toBe(0);
});

describe("disconnect while paused", () => {
  test("it is in order, and what was unread is discarded", async () => {
    const { url } = await serve();
    const socket = await openSocket(url, { maxPause: LONG });
    const room = await socket.join("room:a");
    const heard: unknown[] = [];
    room.on("n", (payload) => heard.push(payload));
    socket.pause();
    void room.push("count", { to: 1_000 });
    await turn();
    expect(await socket.disconnect()).toMatchObject({ code: 1000, clean: true });
    expect(heard).toEqual([]);
    expect(socket.reading).toEqual({ type: "flowing" });
  });

  test("50 MB being unread, and the server never answering: nothing is left", async () => {
    const page = textFrame("x".repeat(1_000_000));
    const { server, url } = await speak(async ({ peer }) => {
      await peer.frame();
      for (let n = 0; n < 50; n++) void peer.write(page).catch(() => {});
    });
    const socket = await openSocket(url, { maxPause: LONG, closeTimeout: 50 });
    socket.pause();
    void socket.ping().catch(() => {});
    const [peer] = server.peers;
    await expect.poll(() => peer?.wire.story().length).toBeGreaterThan(2);
    expect(await socket.disconnect()).toMatchObject({ code: null, clean: false });
    expect(socket.stats.counters.messagesReceived).toBe(0);
    await peer?.gone();
    const left = kernelSockets(server.port)?.filter(
      ({ state }) => state !== "LISTEN" && state !== "TIME-WAIT",
    );
    expect(left ?? []).toEqual([]);
  });
});

test("where the platform's WebSocket always reads, pause() says so and nothing else happens", async () => {
  const { url } = await serve();
  const dial = dialWs();
  const socket = new ReadableSocket(
    url,
    {},
    (request, events) => {
      const transport = dial(request, events);
      return {
        get bufferedAmount() {
          return transport.bufferedAmount;
        },
        send: (frame) => transport.send(frame),
        close: (code, reason) => transport.close(code, reason),
        reset: () => transport.reset(),
      };
    },
    [],
  );
  await socket.connect();
  expect(() => socket.pause()).toThrow(UnsupportedError);
  expect(() => socket.pause()).toThrow(/Bound your readers instead/);
  socket.resume();
  expect(socket.reading).toEqual({ type: "flowing" });
  expect(await socket.ping()).toBeGreaterThan(0);
  await socket.disconnect();
});

test("a holder has a name", () => {
  const socket = newSocket("ws://127.0.0.1:1/socket");
  expect(() => socket.pause("")).toThrow(OptionError);
  expect(() => socket.resume(1 as never)).toThrow(/The option holder cannot be this number/);
});

describe("bounds", () => {
  test("overflow close: the connection ends for that reason, and everything comes back", async () => {
    const { url, server } = await serve();
    const socket = await openSocket(url);
    const room = await socket.join("room:a");
    const slow = room.messages("n", { limit: 3, overflow: "close" });
    const end = nextEnd(socket);
    void room.push("count", { to: 10 }).catch(() => {});
    const reason = { type: "overflow", queue: "Messages of room:a" };
    expect(await end).toMatchObject({ reason, code: 4008, clean: true });
    expect(socket.stats.counters.endsByReason.overflow).toBe(1);
    // What waited can still be read.
    for (const n of [1, 2, 3]) expect((await slow.next()).value?.payload).toEqual({ n });
    expect(await failureOf(slow.next())).toMatchObject({ code: "overflow", limit: 3 });
    expect(await slow.next()).toEqual({ done: true, value: undefined });
    expect(await room.push("echo", "back")).toBe("back");
    expect(server.stats().live.websocket).toBe(1);
  });

  test("maxInFlight: more fail as queueFull; other channels, pings and leaves go on", async () => {
    const { url } = await serve();
    const socket = await openSocket(url, { maxInFlight: 3 });
    const [room, other] = [await socket.join("room:a"), await socket.join("room:b")];
    const unanswered = [1, 2, 3].map(() => failureOf(room.push("silent", {})));
    expect(await failureOf(room.push("echo", {}))).toMatchObject({ code: "queueFull" });
    expect(await failureOf(room.send("echo", {}))).toMatchObject({ code: "queueFull" });
    expect(await other.push("echo", "other")).toBe("other");
    expect(await socket.ping()).toBeGreaterThan(0);
    await room.leave();
    expect(await Promise.all(unanswered)).toMatchObject([1, 2, 3].map(() => ({ code: "left" })));
    expect(socket.stats.counters.pushes).toMatchObject({ queueFull: 2, left: 3 });
  });

  test("a handler that sends without end is bounded before the network has anything", async () => {
    const { url } = await serve();
    const socket = await openSocket(url, { maxInFlight: 100 });
    const room = await socket.join("room:a");
    const sends: Promise<void>[] = [];
    const off = room.on("said", () => {
      off();
      for (let n = 0; n < 1_000; n++) sends.push(room.send("silent", { n }));
    });
    await room.push("say", {});
    const results = await Promise.allSettled(sends);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(99);
    // One was the push whose reply had not come when the handler was called.
    expect(socket.stats.counters.pushes).toMatchObject({ ok: 1, sent: 99, queueFull: 901 });
    // Once the transport has them, there is room again.
    await room.send("silent", {});
  });
});
