// P12: a silent server is found out, a busy one is not, and ping tells how long an answer takes.
import { V2 } from "@slipstream/core";
import { describe, expect, test } from "vitest";
import { failureOf } from "./fixtures/failure.ts";
import { relayTo, serve } from "./fixtures/servers.ts";
import { nextEnd, openSocket } from "./fixtures/sockets.ts";
import { connected } from "./fixtures/test-server.ts";
import { reply, TestClock, TestServer } from "./testing/index.ts";

/** A server that leaves heartbeats to the test. */
const attentive = (): TestServer => new TestServer({ heartbeats: "manual" });

describe("the heartbeat", () => {
  test("asks at its interval on the topic phoenix, each time with another ref", async () => {
    const { server, socket, connection } = await connected({}, attentive());
    const refs = new Set<unknown>();
    for (let beat = 1; beat <= 3; beat++) {
      await connection.refuteHeartbeat({ within: 29_999 });
      await server.clock.advance(1);
      const heartbeat = await connection.assertHeartbeat();
      expect(V2.encode(heartbeat.message)).toBe(
        `[null,"${heartbeat.ref}","phoenix","heartbeat",{}]`,
      );
      refs.add(heartbeat.ref);
      heartbeat.reply();
    }
    expect(refs.size).toBe(3);
    expect(socket.state.type).toBe("open");
  });

  test("interval and timeout are the user's", async () => {
    const heartbeat = { interval: 7, timeout: 4 };
    const { server, socket, connection } = await connected({ heartbeat }, attentive());
    await connection.refuteHeartbeat({ within: 6 });
    await server.clock.advance(1);
    await connection.assertHeartbeat();
    await connection.refuteDisconnect({}, { within: 3 });
    await server.clock.advance(1);
    await connection.assertDisconnect({ code: null });
    expect(socket.stats.counters.endsByReason.heartbeatTimeout).toBe(1);
  });

  test("false: never asks", async () => {
    const { connection } = await connected({ heartbeat: false }, attentive());
    await connection.refuteHeartbeat({ within: 24 * 60 * 60 * 1_000 });
  });

  test("a path that goes silent: found out, reset, and everything comes back on a new one", async () => {
    const { server, port } = await serve();
    const relay = await relayTo(port);
    const clock = new TestClock();
    const socket = await openSocket(relay.url, { clock });
    const room = await socket.join("room:a");
    const lost = failureOf(room.push("silent", {}, { timeout: Infinity }));
    const end = nextEnd(socket);
    relay.behave({ type: "silent" });
    expect(await clock.advanceUntil(end)).toMatchObject({
      reason: { type: "heartbeatTimeout" },
      clean: false,
    });
    expect(await lost).toMatchObject({ code: "disconnected" });
    relay.behave({ type: "pass" });
    await clock.advance(10);
    expect(await room.push("echo", "back")).toBe("back");
    expect(socket.stats.counters.endsByReason.heartbeatTimeout).toBe(1);
    await socket.disconnect();
    await expect.poll(() => server.stats().live.websocket).toBe(0);
  });

  test("a server that accepts and never says a word is found out, 10 s after it was asked", async () => {
    const { server, socket, connection } = await connected({ reconnect: false });
    connection.goSilent();
    await server.clock.advance(39_999);
    expect(socket.state.type).toBe("open");
    await server.clock.advance(1);
    expect(socket.state).toMatchObject({ type: "ended", reason: { type: "heartbeatTimeout" } });
  });

  test.each([
    ["a message", JSON.stringify([null, null, "room:a", "news", {}])],
    ["a frame that is no message", "nonsense"],
  ])("%s puts it off: a server that sends and does not answer is alive", async (_, frame) => {
    const { server, socket, connection } = await connected({}, attentive());
    for (let frames = 0; frames < 30; frames++) {
      await server.clock.advance(9_999);
      connection.sendFrame(frame);
      await server.clock.rest();
    }
    await connection.assertHeartbeat();
    const { counters } = socket.stats;
    expect([counters.opened, counters.endsByReason.heartbeatTimeout]).toEqual([1, 0]);
    expect(counters.messagesReceived + counters.ignored.undecodable).toBe(30);
  });
});

describe("ping", () => {
  test("tells the latency in ms", async () => {
    const { server, socket, connection } = await connected({}, attentive());
    const ping = socket.ping();
    const asked = await connection.assertHeartbeat();
    await server.clock.advance(40);
    asked.reply();
    expect(await ping).toBe(40);
  });

  test("any answer will do, whatever its status", async () => {
    const { socket, connection } = await connected({}, attentive());
    const ping = socket.ping();
    const asked = await connection.assertHeartbeat();
    asked.reply(reply("error", { reason: "odd" }));
    expect(await ping).toBe(0);
  });

  test("over a network it takes as long as the way there and back", async () => {
    const { port } = await serve();
    const relay = await relayTo(port);
    const socket = await openSocket(relay.url);
    relay.behave({ type: "pass", latency: 20 });
    // Timers may be early by a part of a ms; the way there and back takes 40.
    expect(await socket.ping()).toBeGreaterThan(35);
  });

  test("fails when there is no connection, or no answer in time", async () => {
    const { server, socket } = await connected({}, attentive());
    const ping = failureOf(socket.ping({ timeout: 2_000 }));
    expect(await server.clock.advanceUntil(ping)).toMatchObject({ code: "timeout" });
    expect(server.clock.now()).toBe(2_000);
    await socket.disconnect();
    expect(await failureOf(socket.ping())).toMatchObject({ code: "disconnected" });
  });
});
