// P10, P11, P12: credentials over outages, and a machine that slept for an hour.
import { accept, refuse } from "@slipstream/server";
import type { EndReason } from "@slipstream/core";
import { describe, expect, test } from "vitest";
import { relayTo, serve, type Served } from "./fixtures/servers.ts";
import { newSocket, openSocket, untilChannel, untilState } from "./fixtures/sockets.ts";
import { SleepyClock } from "./fixtures/sleepy-clock.ts";

const HOUR = 3_600_000;

/** A server that takes each token once, as if it had expired with the connection. */
function serveOnce(): Promise<Served> {
  const used = new Set<string | null>();
  return serve(({ authToken }) => {
    if (used.has(authToken)) return refuse(401);
    used.add(authToken);
    return accept();
  });
}

describe("a token that expires during an outage", () => {
  test("each attempt asks once, and comes back with a token that is still good", async () => {
    const { port, asked } = await serveOnce();
    const relay = await relayTo(port);
    let calls = 0;
    const attempts: EndReason["type"][] = [];
    const socket = await openSocket(relay.url, {
      authToken: async () => `token ${(calls += 1)}`,
    });
    socket.onConnectionEnd(({ reason }) => attempts.push(reason.type));
    const room = await socket.join("room:a");
    relay.behave({ type: "refuse", status: 503 });
    relay.cut();
    await expect.poll(() => attempts.length).toBeGreaterThan(3);
    relay.behave({ type: "pass" });
    expect(await room.push("echo", "back")).toBe("back");
    expect(calls).toBe(socket.stats.counters.attempts);
    expect(asked.map(({ authToken }) => authToken)).toEqual(["token 1", `token ${calls}`]);
    expect(new Set(attempts)).toEqual(new Set(["connectionLost", "upgradeRejected"]));
  });

  test("a function that fails is a failed attempt with its cause, and the next one asks anew", async () => {
    const { port } = await serveOnce();
    const relay = await relayTo(port);
    const down = new Error("the token service is down");
    let calls = 0;
    const ends: EndReason[] = [];
    const socket = await openSocket(relay.url, {
      authToken: async () => {
        calls += 1;
        if (calls > 1 && calls < 4) throw down;
        return `token ${calls}`;
      },
    });
    socket.onConnectionEnd(({ reason }) => ends.push(reason));
    relay.cut();
    await expect.poll(() => calls).toBe(4);
    await untilState(socket, "open");
    expect(ends.slice(1)).toEqual([
      { type: "credentialsFailed", cause: down },
      { type: "credentialsFailed", cause: down },
    ]);
    expect(socket.stats.counters).toMatchObject({ attempts: 4, opened: 2 });
  });

  test("params of a join are asked for anew too, once for each join", async () => {
    const { port } = await serve();
    const relay = await relayTo(port);
    const socket = await openSocket(relay.url);
    let joins = 0;
    const room = await socket.join("room:a", async () => ({ token: (joins += 1) }));
    relay.cut();
    await expect.poll(() => room.response).toEqual({ token: 2 });
    expect(joins).toBe(2);
  });
});

describe("a machine that slept for an hour", () => {
  test("its connection is gone: found out, and made anew once, with a fresh token", async () => {
    const { port, asked, server } = await serve();
    const relay = await relayTo(port);
    const clock = new SleepyClock();
    let calls = 0;
    const socket = await openSocket(relay.url, {
      clock,
      authToken: () => `token ${(calls += 1)}`,
      heartbeat: { interval: 30_000, timeout: 10_000 },
    });
    const room = await socket.join("room:a");
    // The server ended it meanwhile, and nobody was there to see it.
    relay.cut();
    clock.sleep(HOUR);
    await expect.poll(() => asked.length).toBe(2);
    await untilState(socket, "open");
    expect(await room.push("echo", "awake")).toBe("awake");
    expect(asked.map(({ authToken }) => authToken)).toEqual(["token 1", "token 2"]);
    expect(socket.stats.counters).toMatchObject({ attempts: 2, opened: 2 });
    expect(server.stats().live.websocket).toBe(1);
  });

  test("its connection still stands: one heartbeat, and nothing is torn down", async () => {
    const { url } = await serve();
    const clock = new SleepyClock();
    const socket = await openSocket(url, { clock });
    const room = await socket.join("room:a");
    const { messagesReceived } = socket.stats.counters;
    clock.sleep(HOUR);
    await expect.poll(() => socket.stats.counters.messagesReceived).toBe(messagesReceived + 1);
    expect(await room.push("echo", "awake")).toBe("awake");
    expect(socket.stats.counters).toMatchObject({ attempts: 1, opened: 1 });
  });

  test("it was waiting to try again: tries at a random moment within 1 s, its attempts forgotten", async () => {
    const { port } = await serve();
    const relay = await relayTo(port);
    relay.behave({ type: "refuse", status: 503 });
    const clock = new SleepyClock();
    let calls = 0;
    const socket = newSocket(relay.url, {
      clock,
      authToken: () => `token ${(calls += 1)}`,
      reconnect: [1, 1, 600_000],
    });
    const room = socket.channel("room:a");
    void room.join();
    const connecting = socket.connect();
    await expect.poll(() => socket.state).toMatchObject({ type: "waiting", delay: 600_000 });
    expect(calls).toBe(3);
    relay.behave({ type: "pass" });
    const again = new Promise((resolve) => {
      const off = socket.onState((state) => {
        off();
        resolve(state);
      });
    });
    clock.sleep(HOUR);
    const state = await again;
    expect(state).toMatchObject({ type: "waiting", attempt: 0 });
    expect((state as { delay: number }).delay).toBeLessThan(1_000);
    await connecting;
    await untilChannel(room, "joined");
    expect(calls).toBe(4);
  });
});
