// P5, P8: pushes before the channel is joined wait in a bounded queue, their timeout running.
import type { Sentence } from "@slipstream/faults";
import { describe, expect, test } from "vitest";
import { failureOf } from "./fixtures/failure.ts";
import { serve, speak, speakOnly } from "./fixtures/servers.ts";
import { newSocket, openSocket, untilChannel, untilState } from "./fixtures/sockets.ts";

test("pushes wait for the connection and the join, and are sent in order, once", async () => {
  const heard: Sentence[] = [];
  const { url } = await speak(async (speaker) => {
    await speaker.letIn();
    for (let n = 0; n < 4; n++) {
      const push = await speaker.hear();
      heard.push(push);
      await speaker.reply(push, "ok", push[4]);
    }
  });
  const socket = newSocket(url);
  const room = socket.channel("room:a");
  void room.join();
  const replies = [room.push("e", { n: 1 }), room.push("e", { n: 2 })];
  const sent = room.send("e", { n: 3 });
  await socket.connect();
  expect(await Promise.all(replies)).toEqual([{ n: 1 }, { n: 2 }]);
  expect(await sent).toBeUndefined();
  expect(await room.push("e", { n: 4 })).toEqual({ n: 4 });
  expect(heard.map(([, , , , payload]) => payload)).toEqual([1, 2, 3, 4].map((n) => ({ n })));
  const [joinRef, ...others] = new Set(heard.map(([ref]) => ref));
  expect([typeof joinRef, others]).toEqual(["string", []]);
});

test("queueFull: more than maxQueued wait; the others are sent", async () => {
  const { url } = await serve();
  const socket = newSocket(url, { maxQueued: 3 });
  const room = socket.channel("room:a");
  void room.join();
  const pushes = [1, 2, 3, 4].map((n) => room.push("echo", { n }));
  expect(await failureOf(pushes.pop() as Promise<unknown>)).toMatchObject({ code: "queueFull" });
  expect(await failureOf(room.send("echo", {}))).toMatchObject({ code: "queueFull" });
  await socket.connect();
  expect(await Promise.all(pushes)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  expect(socket.stats.counters.pushes).toMatchObject({ ok: 3, queueFull: 2 });
});

test("a timeout runs while a push waits; what timed out is never sent", async () => {
  const heard: unknown[] = [];
  const { url } = await speak(async (speaker) => {
    await speaker.letIn();
    for (;;) {
      const push = await speaker.hear();
      heard.push(push[4]);
      await speaker.reply(push);
    }
  });
  const socket = newSocket(url, { maxQueued: 1 });
  const room = socket.channel("room:a");
  void room.join();
  const early = room.push("e", { early: true }, { timeout: 5 });
  expect(await failureOf(early)).toMatchObject({ code: "timeout" });
  // Its place in the queue is free again.
  const late = room.push("e", { late: true });
  await socket.connect();
  await late;
  expect(heard).toEqual([{ late: true }]);
});

test("the queue is each channel's own", async () => {
  const { url } = await serve();
  const socket = newSocket(url, { maxQueued: 1 });
  const [a, b] = [socket.channel("room:a"), socket.channel("room:b")];
  void a.join();
  void b.join();
  const pushes = [a.push("echo", 1), b.push("echo", 2)];
  await socket.connect();
  expect(await Promise.all(pushes)).toEqual([1, 2]);
});

describe("what waits fails at once when it can no longer be sent", () => {
  test("by leave(), and by disconnect()", async () => {
    const socket = newSocket("ws://127.0.0.1:1/socket");
    const room = socket.channel("room:a");
    const joins = [failureOf(room.join())];
    const first = failureOf(room.push("e"));
    await room.leave();
    expect(await first).toMatchObject({ code: "left" });
    joins.push(failureOf(room.join()));
    const second = failureOf(room.push("e"));
    await socket.disconnect();
    expect(await second).toMatchObject({ code: "disconnected" });
    expect(await joins[0]).toMatchObject({ code: "left" });
    expect(await joins[1]).toMatchObject({ code: "disconnected" });
  });

  test("when the join is refused", async () => {
    const { url } = await serve();
    const socket = await openSocket(url);
    const room = socket.channel("room:a", { deny: true });
    const join = failureOf(room.join());
    const push = failureOf(room.push("e"));
    expect(await join).toMatchObject({ code: "refused" });
    expect(await push).toMatchObject({ code: "notJoined" });
  });

  test("when the socket ends for good", async () => {
    const socket = newSocket("ws://127.0.0.1:1/socket", { reconnect: false });
    const room = socket.channel("room:a");
    const join = failureOf(room.join());
    const push = failureOf(room.push("e"));
    await failureOf(socket.connect());
    expect(await push).toMatchObject({ code: "disconnected" });
    expect(await join).toMatchObject({ code: "disconnected" });
  });
});

test("while the connection is lost pushes wait; those that were in flight have failed, once", async () => {
  const heard: unknown[] = [];
  const { url } = await speak(async (speaker, index) => {
    await speaker.letIn();
    const push = await speaker.hear();
    heard.push(push[4]);
    if (index === 0) speaker.peer.reset();
    else await speaker.reply(push);
  });
  const socket = await openSocket(url);
  const room = await socket.join("room:a");
  const inFlight = failureOf(room.push("e", { n: 1 }));
  expect(await inFlight).toMatchObject({ code: "disconnected" });
  expect(room.state.type).not.toBe("joined");
  await room.push("e", { n: 2 });
  expect(heard).toEqual([{ n: 1 }, { n: 2 }]);
  expect(socket.stats.counters.pushes).toMatchObject({ disconnected: 1, ok: 1 });
});

test("queueFull: more than maxBuffered bytes wait for a server that does not read", async () => {
  const { server, url } = await speakOnly(async (speaker) => {
    await speaker.letIn();
    speaker.peer.stopReading();
  });
  const maxBuffered = 1024 * 1024;
  const socket = await openSocket(url, { maxBuffered, closeTimeout: 20 });
  const [room, payload] = [await socket.join("room:a"), "x".repeat(256 * 1024)];
  let pushed = 0;
  const failed = new Promise<unknown>((resolve) => {
    const push = (): void => {
      pushed += 1;
      room.push("e", payload).catch(resolve);
      if (socket.stats.counters.pushes.queueFull === 0) setImmediate(push);
    };
    push();
  });
  expect(await failed).toMatchObject({ code: "queueFull" });
  expect(socket.stats.bufferedAmount).toBeLessThan(maxBuffered + 2 * payload.length);
  expect(await failureOf(room.send("e"))).toMatchObject({ code: "queueFull" });
  // Nothing is lost that was taken: all of it comes when the server reads again.
  const peer = await server.peer();
  peer.startReading();
  for (let frames = 1; frames < pushed; frames++) await peer.frame();
  await expect.poll(() => socket.stats.bufferedAmount).toBe(0);
  void room.push("e");
  await peer.frame();
});

test("what is pushed in one turn travels together, and waits for nobody: maxBuffered does not mind", async () => {
  const { url } = await serve();
  const socket = await openSocket(url, { maxBuffered: 256 });
  const room = await socket.join("room:a");
  const pushes = Array.from({ length: 1_000 }, (_, n) => room.push("echo", { n }));
  expect(socket.stats.bufferedAmount).toBe(0);
  expect(await Promise.all(pushes)).toEqual(pushes.map((_, n) => ({ n })));
});

test("what is pushed in the turn of a disconnect is sent before the close frame", async () => {
  const heard: unknown[] = [];
  const { url } = await speak(async (speaker) => {
    await speaker.letIn();
    for (;;) heard.push((await speaker.hear())[4]);
  });
  const socket = await openSocket(url);
  const room = await socket.join("room:a");
  const payloads = Array.from({ length: 100 }, (_, n) => ({ n }));
  const failures = payloads.map((payload) => failureOf(room.push("e", payload)));
  expect(await socket.disconnect()).toMatchObject({ clean: true });
  expect(heard).toEqual(payloads);
  for (const failure of await Promise.all(failures))
    expect(failure).toMatchObject({ code: "disconnected" });
});

test("joins, leaves and heartbeats do not wait behind a full queue", async () => {
  const { url } = await speak(async (speaker) => {
    const [first, second] = [await speaker.hear(), await speaker.hear()];
    await speaker.reply(first[2] === "room:b" ? first : second);
    await speaker.reply(await speaker.hear());
  });
  const socket = newSocket(url, { maxQueued: 1 });
  const [a, b] = [socket.channel("room:a"), socket.channel("room:b")];
  const joins = [failureOf(a.join()), b.join()];
  void a.push("e");
  expect(await failureOf(a.push("e"))).toMatchObject({ code: "queueFull" });
  await socket.connect();
  await joins[1];
  await untilState(socket, "open");
  expect(await socket.ping()).toBeGreaterThanOrEqual(0);
  expect(a.state.type).toBe("joining");
  void a.leave();
  await untilChannel(a, "leaving");
  expect(await joins[0]).toMatchObject({ code: "left" });
});
