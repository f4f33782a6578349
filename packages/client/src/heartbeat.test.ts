// P12: a silent server is found out, a busy one is not, and ping tells how long an answer takes.
import { textFrame } from "@slipstream/faults";
import { describe, expect, test } from "vitest";
import { failureOf } from "./fixtures/failure.ts";
import { relayTo, serve, speak, type V2Message } from "./fixtures/servers.ts";
import { nextEnd, openSocket, turn, untilState } from "./fixtures/sockets.ts";

describe("the heartbeat", () => {
  test("asks at its interval on the topic phoenix, each time with another ref", async () => {
    const heard: V2Message[] = [];
    const { url } = await speak(async (speaker) => {
      for (let beat = 0; beat < 3; beat++) {
        const message = await speaker.hear();
        heard.push(message);
        await speaker.reply(message);
      }
    });
    const socket = await openSocket(url, { heartbeat: { interval: 2 } });
    await expect.poll(() => heard.length).toBe(3);
    expect(heard.map(([joinRef, , ...rest]) => [joinRef, ...rest])).toEqual(
      heard.map(() => [null, "phoenix", "heartbeat", {}]),
    );
    expect(new Set(heard.map(([, ref]) => ref)).size).toBe(3);
    expect(socket.state.type).toBe("open");
  });

  test("false: never asks", async () => {
    const heard: V2Message[] = [];
    const { url } = await speak(async (speaker) => {
      heard.push(await speaker.hear());
      await speaker.reply(heard[0] as V2Message);
    });
    const socket = await openSocket(url, { heartbeat: false });
    await socket.ping();
    expect(heard.length).toBe(1);
  });

  test("a path that goes silent: found out, reset, and everything comes back on a new one", async () => {
    const { server, port } = await serve();
    const relay = await relayTo(port);
    const socket = await openSocket(relay.url, {
      heartbeat: { interval: 20, timeout: 50 },
      reconnect: [20],
    });
    const room = await socket.join("room:a");
    const lost = failureOf(room.push("silent", {}, { timeout: Infinity }));
    const end = nextEnd(socket);
    relay.behave({ type: "silent" });
    expect(await end).toMatchObject({ reason: { type: "heartbeatTimeout" }, clean: false });
    expect(await lost).toMatchObject({ code: "disconnected" });
    relay.behave({ type: "pass" });
    expect(await room.push("echo", "back")).toBe("back");
    expect(socket.stats.counters.endsByReason.heartbeatTimeout).toBeGreaterThanOrEqual(1);
    await socket.disconnect();
    await expect.poll(() => server.stats().live.websocket).toBe(0);
  });

  test("a server that accepts and never says a word is found out too", async () => {
    const { server, url } = await speak(({ peer }) => peer.stopReading());
    const socket = await openSocket(url, {
      heartbeat: { interval: 1, timeout: 5 },
      reconnect: false,
    });
    expect(await untilState(socket, "ended")).toMatchObject({
      reason: { type: "heartbeatTimeout" },
    });
    expect(server.peers.length).toBe(1);
  });

  test.each([
    ["a message", JSON.stringify([null, null, "room:a", "news", {}])],
    ["a frame that is no message", "nonsense"],
  ])("%s puts it off: a server that sends and does not answer is alive", async (_, text) => {
    const beats: V2Message[] = [];
    const { url } = await speak(async (speaker) => {
      for (;;) {
        const message = await speaker.hear();
        if (message[3] === "phx_join") await speaker.reply(message);
        else if (message[3] === "heartbeat") beats.push(message);
        else await speaker.peer.write(textFrame(text));
      }
    });
    const socket = await openSocket(url, { heartbeat: { interval: 5, timeout: 100 } });
    const room = await socket.join("room:a");
    // What comes back for these is all that the server ever says.
    while (beats.length < 3) {
      await room.send("more");
      await turn();
    }
    const { counters } = socket.stats;
    expect([counters.opened, counters.endsByReason.heartbeatTimeout]).toEqual([1, 0]);
    expect(counters.messagesReceived + counters.ignored.undecodable).toBeGreaterThan(1);
  });
});

describe("ping", () => {
  test("tells the latency in ms", async () => {
    const { port } = await serve();
    const relay = await relayTo(port);
    const socket = await openSocket(relay.url);
    relay.behave({ type: "pass", latency: 20 });
    // Timers may be early by a part of a ms; the way there and back takes 40.
    expect(await socket.ping()).toBeGreaterThan(35);
  });

  test("any answer will do, whatever its status", async () => {
    const { url } = await speak(async (speaker) => {
      await speaker.reply(await speaker.hear(), "error", { reason: "odd" });
    });
    const socket = await openSocket(url);
    expect(await socket.ping()).toBeGreaterThanOrEqual(0);
  });

  test("fails when there is no connection, or no answer in time", async () => {
    const { url } = await speak();
    const socket = await openSocket(url);
    expect(await failureOf(socket.ping({ timeout: 2 }))).toMatchObject({ code: "timeout" });
    await socket.disconnect();
    expect(await failureOf(socket.ping())).toMatchObject({ code: "disconnected" });
  });
});
